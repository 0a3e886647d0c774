// Random numbers: NumPy's, drawn one after the other, and those that are known by their place.

// piece: random_seed
// NumPy's legacy generator is the Mersenne Twister, which D has.
Mt19937 generator;

uint randomBits() {
    scope (exit) generator.popFront();
    return generator.front;
}

// piece: random, needs: random_seed
double randomSample() {
    const high = randomBits() >> 5;
    const low = randomBits() >> 6;
    return (high * 67_108_864.0 + low) / 9_007_199_254_740_992.0;
}

// piece: normal, needs: random
// Two at a time (Marsaglia's polar method); the second one waits.
double standardNormal() {
    static double waiting;
    if (!isNaN(waiting)) {
        scope (exit) waiting = double.nan;
        return waiting;
    }
    double x, y, square;
    do {
        x = 2 * randomSample() - 1;
        y = 2 * randomSample() - 1;
        square = x * x + y * y;
    } while (square >= 1 || square == 0);
    const scale = sqrt(-2 * log(square) / square);
    waiting = scale * x;
    return scale * y;
}

// piece: shuffle, needs: random_seed
// As NumPy does it, which is not as randomShuffle does.
void shuffle(int[] order) {
    foreach_reverse (uint i; 1 .. cast(uint) order.length) {
        uint mask = i, other;
        foreach (shift; 0 .. 5)
            mask |= mask >> (1 << shift);
        do
            other = randomBits() & mask;
        while (other > i);
        swap(order[i], order[other]);
    }
}

// piece: key_of
// Random numbers by their place, from a hash (C. Wellons, "lowbias32", 2018).
uint scrambled(uint bits) {
    bits = (bits ^ bits >> 16) * 0x7FEB352D;
    bits = (bits ^ bits >> 15) * 0x846CA68B;
    return bits ^ bits >> 16;
}

uint keyOf(double seed, double stream, double step) {
    const key = scrambled(scrambled(cast(uint) seed) + cast(uint) stream);
    return scrambled(key + cast(uint) step);
}

double uniformAt(uint key, uint place) {
    return (scrambled(scrambled(place) + key) >> 8) / 16_777_216.0;
}

// piece: normal_at, needs: key_of
double normalAt(uint key, uint other, uint place) {
    const even = uniformAt(key, place);
    const angle = uniformAt(other, place);
    return sqrt(-2 * log(1 - even)) * cos(2 * PI * angle);
}
