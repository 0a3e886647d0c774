// Functions of one or two numbers that a model in C++ calls.

// piece: square
inline float square(float x) { return x * x; }

// piece: maximum
// As NumPy has it: not a number if either is not.
inline float maximum(float a, float b) { return a > b || std::isnan(a) ? a : b; }

// piece: minimum
// As NumPy has it: not a number if either is not.
inline float minimum(float a, float b) { return a < b || std::isnan(a) ? a : b; }

// piece: sign
inline float sign(float x) { return x > 0 ? 1 : x < 0 ? -1 : x; }
