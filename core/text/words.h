// Where a text is cut before its pieces are merged: the patterns of GPT-2 and GPT-4, scanned by
// hand.
#ifndef LN_TEXT_WORDS_H
#define LN_TEXT_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum LnCharClass {
  LN_CHAR_OTHER, LN_CHAR_LETTER, LN_CHAR_NUMBER, LN_CHAR_SPACE
} LnCharClass;

typedef struct LnPattern {
  // The published regular expressions:
  // LN_WORDS_GPT2  's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
  // LN_WORDS_GPT4  (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|
  //                ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
  // LN_WORDS_NONE  all of the text is one word
  enum { LN_WORDS_GPT2, LN_WORDS_GPT4, LN_WORDS_NONE } kind;
  int digits;                                   // of LN_WORDS_GPT4: at most so many in a word
  LnCharClass (*classify)(int32_t codepoint);   // of what is beyond ASCII
} LnPattern;

// The end of the word that begins at `at` (< n). Bytes that are no UTF-8 are characters of their
// own, of no class.
size_t ln_word_end(const LnPattern *p, const char *text, size_t n, size_t at);

// The character at `at` (< n): its code point (-1: no UTF-8), how many bytes it has.
int32_t ln_utf8_char(const char *text, size_t n, size_t at, int *width);

#endif
