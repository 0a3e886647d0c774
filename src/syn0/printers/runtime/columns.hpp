// From what a caller hands in to what a model in C++ reads.

// piece: texts
// A text without blanks around it, or "" where it stands for a missing one.
template <std::size_t count>
std::string_view text_of(std::string_view text, const std::array<std::string_view, count> &missing) {
    const std::string_view blanks = " \t\n\v\f\r";
    const std::size_t first = std::min(text.find_first_not_of(blanks), text.size());
    text = text.substr(first, text.find_last_not_of(blanks) + 1 - first);
    return std::find(missing.begin(), missing.end(), text) == missing.end() ? text : "";
}

// piece: smoothly_clipped
inline double smoothly_clipped(double z, double reach) {
    return std::isinf(z) ? std::copysign(reach, z) : z / std::hypot(1, z / reach);
}
