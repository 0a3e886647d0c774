// Random numbers: NumPy's, drawn one after the other, and those that are known by their place.

// piece: random_seed
// NumPy's legacy generator is the Mersenne Twister, which C++ has.
std::mt19937 random_bits;

// piece: random, needs: random_seed
double random_sample() {
    const auto high = random_bits() >> 5, low = random_bits() >> 6;
    return (high * 67108864.0 + low) / 9007199254740992.0;
}

// piece: normal, needs: random
// Two at a time (Marsaglia's polar method); the second one waits.
double standard_normal() {
    static std::optional<double> waiting;
    if (waiting) {
        const double other = *waiting;
        waiting.reset();
        return other;
    }
    double x, y, square;
    do {
        x = 2 * random_sample() - 1;
        y = 2 * random_sample() - 1;
        square = x * x + y * y;
    } while (square >= 1 || square == 0);
    const double scale = std::sqrt(-2 * std::log(square) / square);
    waiting = scale * x;
    return scale * y;
}

// piece: shuffle, needs: random_seed
// As NumPy does it, which is not as std::shuffle does.
void shuffle(std::vector<int> &order) {
    for (std::uint32_t i = order.size() - 1; i > 0; --i) {
        std::uint32_t mask = i, other;
        for (int shift = 1; shift < 32; shift *= 2)
            mask |= mask >> shift;
        do
            other = random_bits() & mask;
        while (other > i);
        std::swap(order[i], order[other]);
    }
}

// piece: key_of
// Random numbers by their place, from a hash (C. Wellons, "lowbias32", 2018).
std::uint32_t scrambled(std::uint32_t bits) {
    bits = (bits ^ bits >> 16) * 0x7FEB352Du;
    bits = (bits ^ bits >> 15) * 0x846CA68Bu;
    return bits ^ bits >> 16;
}

std::uint32_t key_of(std::uint32_t seed, std::uint32_t stream, std::uint32_t step) {
    return scrambled(scrambled(scrambled(seed) + stream) + step);
}

double uniform_at(std::uint32_t key, std::uint32_t place) {
    return (scrambled(scrambled(place) + key) >> 8) / 16777216.0;
}

// piece: normal_at, needs: key_of
double normal_at(std::uint32_t key, std::uint32_t other, std::uint32_t place) {
    const double even = uniform_at(key, place), angle = uniform_at(other, place);
    return std::sqrt(-2 * std::log(1 - even)) * std::cos(2 * 3.141592653589793 * angle);
}
