# Random numbers: NumPy's, drawn one after the other, and those that are known by their place.

# piece: random_seed
# NumPy's legacy generator: the Mersenne Twister (Matsumoto & Nishimura, 1998).
const words = zeros(UInt32, 624)
const used = Ref(624)

function start(seed)
    words[1] = seed % UInt32
    for i in 1:623
        words[i + 1] = 0x6c078965 * xor(words[i], words[i] >> 30) + i % UInt32
    end
end

function random_bits()
    if used[] == 624
        for i in 1:624
            both = (words[i] & 0x80000000) | (words[i % 624 + 1] & 0x7fffffff)
            odd = (both & 0x00000001) * 0x9908b0df
            words[i] = xor(words[(i + 396) % 624 + 1], both >> 1, odd)
        end
        used[] = 0
    end
    used[] += 1
    word = words[used[]]
    word = xor(word, word >> 11)
    word = xor(word, word << 7 & 0x9d2c5680)
    word = xor(word, word << 15 & 0xefc60000)
    return xor(word, word >> 18)
end

# Arrays are filled row by row, as NumPy's are.
function by_rows(draw, rows, columns)
    return permutedims(reshape([draw() for _ in 1:(rows * columns)], columns, rows))
end

# piece: random, needs: random_seed
function random_number()
    high, low = random_bits() >> 5, random_bits() >> 6
    return (high * 67108864.0 + low) / 9007199254740992.0
end

random_sample(rows, columns) = by_rows(random_number, rows, columns)

# piece: normal, needs: random
# Two at a time (Marsaglia's polar method); the second one waits.
const waiting = Float64[]

function normal_number()
    isempty(waiting) || return pop!(waiting)
    while true
        x, y = 2 * random_number() - 1, 2 * random_number() - 1
        square = x^2 + y^2
        if 0 < square < 1
            scale = sqrt(-2 * log(square) / square)
            push!(waiting, scale * x)
            return scale * y
        end
    end
end

standard_normal(rows, columns) = by_rows(normal_number, rows, columns)

# piece: shuffle, needs: random_seed
# As NumPy does it, which is not as Random.shuffle! does.
function shuffle!(order)
    for i in (length(order) - 1):-1:1
        mask = UInt32(nextpow(2, i + 1) - 1)
        other = random_bits() & mask
        while other > i
            other = random_bits() & mask
        end
        order[i + 1], order[other + 1] = order[other + 1], order[i + 1]
    end
end

# piece: uniform_like
# Random numbers by their place, from a hash (C. Wellons, "lowbias32", 2018).
function scrambled(bits)
    bits = xor(bits, bits >> 16) * 0x7feb352d
    bits = xor(bits, bits >> 15) * 0x846ca68b
    return xor(bits, bits >> 16)
end

function uniform_like(array, seed, stream, step)
    key = UInt32(0)
    for part in (seed, stream, step)
        key = scrambled(key + UInt32(part))
    end
    places = permutedims(reshape(UInt32.(0:(length(array) - 1)), reverse(size(array))))
    return (scrambled.(scrambled.(places) .+ key) .>> 8) ./ 16777216
end

# piece: normal_like, needs: uniform_like
function normal_like(array, seed, stream, step)
    even = uniform_like(array, seed, stream, step)
    angle = uniform_like(array, seed, stream + 1, step)
    return sqrt.(-2 .* log.(1 .- even)) .* cos.(2 .* pi .* angle)
end
