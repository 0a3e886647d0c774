// Random numbers: NumPy's, drawn one after the other, and those that are known by their place.

// piece: random_seed
// NumPy's legacy generator: the Mersenne Twister (Matsumoto & Nishimura, 1998).
const words = new Uint32Array(624);
let used = 624;

const start = (seed) => {
    for (let i = 0; i < 624; i++) {
        words[i] = seed;
        seed = Math.imul(1812433253, seed ^ (seed >>> 30)) + i + 1;
    }
};

const random_bits = () => {
    if (used === 624) {
        for (let i = 0; i < 624; i++) {
            const both = (words[i] & 0x80000000) | (words[(i + 1) % 624] & 0x7fffffff);
            words[i] = words[(i + 397) % 624] ^ (both >>> 1) ^ (both & 1 ? 0x9908b0df : 0);
        }
        used = 0;
    }
    let word = words[used++];
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    return (word ^ (word >>> 18)) >>> 0;
};

// piece: random, needs: random_seed
const random_sample = () => {
    const high = random_bits() >>> 5, low = random_bits() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
};

// piece: normal, needs: random
// Two at a time (Marsaglia's polar method); the second one waits.
let waiting = null;

const standard_normal = () => {
    if (waiting !== null) {
        const other = waiting;
        waiting = null;
        return other;
    }
    let x, y, square;
    do {
        x = 2 * random_sample() - 1;
        y = 2 * random_sample() - 1;
        square = x * x + y * y;
    } while (square >= 1 || square === 0);
    const scale = Math.sqrt(-2 * Math.log(square) / square);
    waiting = scale * x;
    return scale * y;
};

// piece: shuffle, needs: random_seed
const shuffle = (order) => {
    for (let i = order.length - 1; i > 0; i--) {
        let mask = i, other;
        for (let shift = 1; shift < 32; shift *= 2) mask |= mask >>> shift;
        do other = (random_bits() & mask) >>> 0;
        while (other > i);
        [order[i], order[other]] = [order[other], order[i]];
    }
};

// piece: key_of
// Random numbers by their place, from a hash (C. Wellons, "lowbias32", 2018).
const scrambled = (bits) => {
    bits = Math.imul(bits ^ (bits >>> 16), 0x7FEB352D);
    bits = Math.imul(bits ^ (bits >>> 15), 0x846CA68B);
    return (bits ^ (bits >>> 16)) >>> 0;
};

const key_of = (seed, stream, step) => scrambled(scrambled(scrambled(seed) + stream) + step);

const uniform_at = (key, place) => (scrambled(scrambled(place) + key) >>> 8) / 16777216;

// piece: normal_at, needs: key_of
const normal_at = (key, other, place) => {
    const even = uniform_at(key, place), angle = uniform_at(other, place);
    return Math.sqrt(-2 * Math.log(1 - even)) * Math.cos(2 * Math.PI * angle);
};
