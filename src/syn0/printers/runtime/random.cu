// Random numbers on the device: one after the other as NumPy draws them, and by their place.

// piece: random_seed
// One thread draws from NumPy's legacy generator (Matsumoto & Nishimura, 1998).
__device__ uint32_t words[624];
__device__ int used = 624;

__device__ void start(uint32_t seed) {
    for (int i = 0; i < 624; i++) {
        words[i] = seed;
        seed = 1812433253u * (seed ^ seed >> 30) + i + 1;
    }
}

__device__ uint32_t random_bits() {
    if (used == 624) {
        for (int i = 0; i < 624; i++) {
            uint32_t both = (words[i] & 0x80000000u) | (words[(i + 1) % 624] & 0x7fffffffu);
            words[i] = words[(i + 397) % 624] ^ both >> 1 ^ (both & 1 ? 0x9908b0dfu : 0);
        }
        used = 0;
    }
    uint32_t word = words[used++];
    word ^= word >> 11;
    word ^= word << 7 & 0x9d2c5680u;
    word ^= word << 15 & 0xefc60000u;
    return word ^ word >> 18;
}

// piece: random, needs: random_seed
__device__ double random_sample() {
    uint32_t high = random_bits() >> 5, low = random_bits() >> 6;
    return (high * 67108864.0 + low) / 9007199254740992.0;
}

// piece: normal, needs: random
// Two at a time (Marsaglia's polar method); the second one waits.
__device__ double waiting;
__device__ bool waits = false;

__device__ double standard_normal() {
    double x, y, square;
    if (waits) {
        waits = false;
        return waiting;
    }
    do {
        x = 2 * random_sample() - 1;
        y = 2 * random_sample() - 1;
        square = x * x + y * y;
    } while (square >= 1 || square == 0);
    double scale = sqrt(-2 * log(square) / square);
    waiting = scale * x;
    waits = true;
    return scale * y;
}

// piece: shuffle, needs: random_seed
__device__ void shuffle(int *order, int count) {
    for (int i = count - 1; i > 0; i--) {
        uint32_t mask = i, other;
        for (int shift = 1; shift < 32; shift *= 2)
            mask |= mask >> shift;
        do
            other = random_bits() & mask;
        while (other > (uint32_t)i);
        int kept = order[i];
        order[i] = order[other];
        order[other] = kept;
    }
}

// piece: key_of
// Random numbers by their place, from a hash (C. Wellons, "lowbias32", 2018).
__device__ uint32_t scrambled(uint32_t bits) {
    bits = (bits ^ bits >> 16) * 0x7FEB352Du;
    bits = (bits ^ bits >> 15) * 0x846CA68Bu;
    return bits ^ bits >> 16;
}

__device__ uint32_t key_of(uint32_t seed, uint32_t stream, uint32_t step) {
    return scrambled(scrambled(scrambled(seed) + stream) + step);
}

__device__ double uniform_at(uint32_t key, uint32_t place) {
    return (scrambled(scrambled(place) + key) >> 8) / 16777216.0;
}

// piece: normal_at, needs: key_of
__device__ double normal_at(uint32_t key, uint32_t other, uint32_t place) {
    double even = uniform_at(key, place), angle = uniform_at(other, place);
    return sqrt(-2 * log(1 - even)) * cos(2 * 3.141592653589793 * angle);
}
