/* From what a caller hands in to what a model in C reads. */

/* piece: same_text */
/* Whether a text is a known one, blanks around it left out. */
static inline int same_text(const char *text, const char *known) {
    const char *const blanks = " \t\n\v\f\r";
    const size_t length = strlen(known);
    text += strspn(text, blanks);
    if (strncmp(text, known, length) != 0)
        return 0;
    text += length;
    return text[strspn(text, blanks)] == 0;
}

/* piece: texts, needs: same_text */
/* A text, or "" where it stands for a missing one. */
static inline const char *text_of(const char *text, const char *const *missing, int count) {
    if (text == NULL)
        return "";
    for (int i = 0; i < count; i++)
        if (same_text(text, missing[i]))
            return "";
    return text;
}

/* piece: smoothly_clipped */
static inline double smoothly_clipped(double z, double reach) {
    return isinf(z) ? copysign(reach, z) : z / hypot(1, z / reach);
}
