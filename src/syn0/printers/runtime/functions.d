// Functions of two numbers that D lacks.

// piece: maximum
// As NumPy has it: not a number if either is not.
Real maximum(Real a, Real b) { return a > b || isNaN(a) ? a : b; }

// piece: minimum
// As NumPy has it: not a number if either is not.
Real minimum(Real a, Real b) { return a < b || isNaN(a) ? a : b; }

// piece: sign
Real sign(Real x) { return x > 0 ? 1 : x < 0 ? -1 : x; }
