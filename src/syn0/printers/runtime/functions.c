/* Functions of one or two numbers that C lacks. */

/* piece: square */
static real square(real x) { return x * x; }

/* piece: maximum */
static real maximum(real a, real b) { return a > b || a != a ? a : b; }

/* piece: minimum */
static real minimum(real a, real b) { return a < b || a != a ? a : b; }

/* piece: sign */
static real sign(real x) { return x > 0 ? 1 : x < 0 ? -1 : x; }

/* piece: least */
static double least(double a, double b) { return b < a ? b : a; }
