// Functions of one or two numbers that C++ lacks.

// piece: matrix
template <int rows, int columns> using Matrix = std::array<std::array<real, columns>, rows>;

// piece: square
real square(real x) { return x * x; }

// piece: maximum
// As NumPy has it: not a number if either is not.
real maximum(real a, real b) { return a > b || std::isnan(a) ? a : b; }

// piece: minimum
// As NumPy has it: not a number if either is not.
real minimum(real a, real b) { return a < b || std::isnan(a) ? a : b; }

// piece: sign
real sign(real x) { return x > 0 ? 1 : x < 0 ? -1 : x; }
