"""The seventeen points of the tutorial from which syn0 grew, in our words."""

POINTS = {
    1: "begin with the data: which column goes with the answer, alone or together with others",
    2: "the squashing curve, and its slope from the output alone",
    3: "why the generator is seeded, and why weights start around 0",
    4: "all rows at once, however many there are",
    5: "shapes of products; a line that multiplies and then squashes",
    6: "the central line: the error times the slope",
    7: "one weight, one example: input times delta",
    8: "all rows: one product adds up what every example asks for",
    9: "which example pushes which weight, up or down",
    10: "hidden units make combinations, and training amplifies those that help",
    11: "images are the same problem",
    12: "backpropagation: the error sent back through the weights",
    13: "good places to look",
    14: "code and explanation side by side",
    15: "the exercise: rebuild it from memory",
    16: "the same network in other languages",
    17: "the knobs: what each changes in the program",
}
