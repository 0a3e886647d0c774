// Functions of one or two numbers that CUDA lacks, on the device.

// piece: square
__device__ real square(real x) { return x * x; }

// piece: maximum
// As NumPy has it: not a number if either is not.
__device__ real maximum(real a, real b) { return a > b || a != a ? a : b; }

// piece: minimum
// As NumPy has it: not a number if either is not.
__device__ real minimum(real a, real b) { return a < b || a != a ? a : b; }

// piece: sign
__device__ real sign(real x) { return x > 0 ? 1 : x < 0 ? -1 : x; }

// piece: least
__device__ double least(double a, double b) { return b < a ? b : a; }
