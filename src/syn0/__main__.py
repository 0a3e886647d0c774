"""`python -m syn0` is the command `syn0`."""

from syn0.cli import main

main()
