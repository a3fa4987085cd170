// The scanner of words: one function a pattern; alternatives are tried in their order.
#include "text/words.h"

typedef struct Char {
  LnCharClass class;
  int32_t code;   // -1: no UTF-8, or the end of the text
  int width;      // 0 at the end
} Char;

int32_t ln_utf8_char(const char *text, size_t n, size_t at, int *width) {
  const uint8_t *s = (const uint8_t *)text + at;
  const size_t left = n - at;
  *width = 1;
  if (s[0] < 0x80) return s[0];
  const int more = s[0] >= 0xf0 ? 3 : s[0] >= 0xe0 ? 2 : 1;
  if (s[0] < 0xc2 || s[0] > 0xf4 || left <= (size_t)more) return -1;
  int32_t code = s[0] & (0x3f >> more);
  for (int i = 1; i <= more; i++) {
    if ((s[i] & 0xc0) != 0x80) return -1;
    code = code << 6 | (s[i] & 0x3f);
  }
  static const int32_t least[] = {0, 0x80, 0x800, 0x10000};
  if (code < least[more] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return -1;
  *width = more + 1;
  return code;
}

static LnCharClass of_ascii(uint8_t c) {
  if ((c | 32) >= 'a' && (c | 32) <= 'z') return LN_CHAR_LETTER;
  if (c >= '0' && c <= '9') return LN_CHAR_NUMBER;
  return c == ' ' || (c >= '\t' && c <= '\r') ? LN_CHAR_SPACE : LN_CHAR_OTHER;
}

static Char look(const LnPattern *p, const char *text, size_t n, size_t at) {
  Char c = {LN_CHAR_OTHER, -1, 0};
  if (at >= n) return c;
  const uint8_t byte = (uint8_t)text[at];
  if (byte < 0x80) return (Char){of_ascii(byte), byte, 1};
  c.code = ln_utf8_char(text, n, at, &c.width);
  if (c.code >= 0) c.class = p->classify(c.code);
  return c;
}

// The end of a run of characters of the class that begins at `at`, of at most `most`.
static size_t run_end(const LnPattern *p, const char *text, size_t n, size_t at, LnCharClass class,
                      int most) {
  for (Char c; most != 0 && (c = look(p, text, n, at)).width > 0 && c.class == class; most--)
    at += (size_t)c.width;
  return at;
}

// The end of 's, 't, 're, 've, 'm, 'll or 'd at an apostrophe; 0: it is none. In any case (a long s
// is one too) where `fold`.
static size_t contraction_end(const char *text, size_t n, size_t at, bool fold) {
  if (n - at < 2) return 0;
  const uint8_t mask = fold ? 32 : 0;
  const char a = (char)(text[at + 1] | mask);
  if (a == 's' || a == 't' || a == 'm' || a == 'd') return at + 2;
  if (n - at < 3) return 0;
  if (fold && (uint8_t)text[at + 1] == 0xc5 && (uint8_t)text[at + 2] == 0xbf) return at + 3;
  const char b = (char)(text[at + 2] | mask);
  if ((a == 'r' && b == 'e') || (a == 'v' && b == 'e') || (a == 'l' && b == 'l')) return at + 3;
  return 0;
}

// \s+(?!\S)|\s+: spaces up to the last one before something else, which goes with that.
static size_t spaces_end(const LnPattern *p, const char *text, size_t n, size_t at) {
  size_t last = at, end = at;
  for (Char c; (c = look(p, text, n, end)).width > 0 && c.class == LN_CHAR_SPACE;) {
    last = end;
    end += (size_t)c.width;
  }
  return end == n || last == at ? end : last;
}

static size_t gpt2_end(const LnPattern *p, const char *text, size_t n, size_t at) {
  size_t end;
  if (text[at] == '\'' && (end = contraction_end(text, n, at, false)) > 0) return end;
  size_t from = at;
  Char c = look(p, text, n, from);
  if (c.code == ' ') {   // ' ?': before all but spaces
    const Char next = look(p, text, n, from + 1);
    if (next.width > 0 && next.class != LN_CHAR_SPACE) from++, c = next;
  }
  if (c.class == LN_CHAR_SPACE) return spaces_end(p, text, n, at);
  return run_end(p, text, n, from, c.class, -1);
}

static bool is_line_break(int32_t code) { return code == '\r' || code == '\n'; }

// \s*[\r\n]+: up to the last line break of a run of spaces; 0: there is none.
static size_t breaks_end(const LnPattern *p, const char *text, size_t n, size_t at) {
  size_t end = 0;
  for (Char c; (c = look(p, text, n, at)).width > 0 && c.class == LN_CHAR_SPACE;) {
    at += (size_t)c.width;
    if (is_line_break(c.code)) end = at;
  }
  return end;
}

static size_t gpt4_end(const LnPattern *p, const char *text, size_t n, size_t at) {
  size_t end;
  if (text[at] == '\'' && (end = contraction_end(text, n, at, true)) > 0) return end;
  const Char c = look(p, text, n, at), next = look(p, text, n, at + (size_t)c.width);
  if (c.class == LN_CHAR_LETTER) return run_end(p, text, n, at, LN_CHAR_LETTER, -1);
  if (c.class != LN_CHAR_NUMBER && !is_line_break(c.code) && next.class == LN_CHAR_LETTER)
    return run_end(p, text, n, at + (size_t)c.width, LN_CHAR_LETTER, -1);
  if (c.class == LN_CHAR_NUMBER) return run_end(p, text, n, at, LN_CHAR_NUMBER, p->digits);
  size_t from = at;
  if (c.code == ' ' && next.width > 0 && next.class == LN_CHAR_OTHER) from++;
  if (from > at || c.class == LN_CHAR_OTHER) {
    end = run_end(p, text, n, from, LN_CHAR_OTHER, -1);
    while (end < n && is_line_break((uint8_t)text[end])) end++;
    return end;
  }
  if ((end = breaks_end(p, text, n, at)) > 0) return end;
  return spaces_end(p, text, n, at);
}

size_t ln_word_end(const LnPattern *p, const char *text, size_t n, size_t at) {
  if (p->kind == LN_WORDS_NONE) return n;
  return p->kind == LN_WORDS_GPT2 ? gpt2_end(p, text, n, at) : gpt4_end(p, text, n, at);
}
