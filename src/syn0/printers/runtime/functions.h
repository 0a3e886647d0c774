/* Functions that a model in C calls. */

/* piece: square */
static inline float square(float x) { return x * x; }

/* piece: maximum */
static inline float maximum(float a, float b) { return a > b || isnan(a) ? a : b; }

/* piece: minimum */
static inline float minimum(float a, float b) { return a < b || isnan(a) ? a : b; }

/* piece: sign */
static inline float sign(float x) { return x > 0 ? 1 : x < 0 ? -1 : x; }
