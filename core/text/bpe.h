// Byte-pair encoding: from bytes to ids by a table of merges, and learning such a table. What is
// beyond (files, special tokens by name) is Lua's (lua/lunate/text/bpe.lua).
#ifndef LN_TEXT_BPE_H
#define LN_TEXT_BPE_H

#include "text/words.h"

typedef struct LnMerge {
  int32_t left, right, made;   // ids; in the order of their ranks
} LnMerge;

// A token that is found in texts as it is, before they are cut into words.
typedef struct LnSpecial {
  char *text;
  size_t n;
  int32_t id;
  bool left, right;            // it takes the spaces on that side with it
} LnSpecial;

typedef struct LnBpe LnBpe;
typedef struct LnBpeOptions {
  LnPattern pattern;
  bool prefix_space;           // a space is put before a text that begins with none
  bool whole_words;            // a word that is a token is that, whatever merges make of it
  int32_t unknown;             // for bytes that no token is; -1: they are left out
  int32_t byte_ids[256];       // -1: there is none
  int n_merges, n_specials, n_tokens;
  const LnMerge *merges;
  const LnSpecial *specials;
  const char *const *tokens;   // by id, of whole words; NULL: none of that id
  const size_t *token_sizes;
} LnBpeOptions;

// Copies all that it is given; NULL without memory.
LnBpe *ln_bpe_new(const LnBpeOptions *options);
void ln_bpe_free(LnBpe *bpe);

typedef struct LnIds {
  int32_t *v;                  // malloc'ed
  size_t n, room;
} LnIds;
bool ln_ids_add(LnIds *ids, int32_t id);

// Adds the ids of a text; special: tokens are looked for in it. False without memory.
bool ln_bpe_encode(LnBpe *bpe, const char *text, size_t n, bool special, LnIds *out);

// ---- learning

typedef struct LnBpeTrainer LnBpeTrainer;
LnBpeTrainer *ln_bpe_trainer_new(const LnPattern *pattern, bool prefix_space);
void ln_bpe_trainer_free(LnBpeTrainer *t);
// Counts the words of a text. False without memory.
bool ln_bpe_trainer_add(LnBpeTrainer *t, const char *text, size_t n);
// The merges that the counted words lead to: the most frequent pair first, of those as frequent the
// one of the smallest ids; ids of single bytes are byte_ids, new ones begin at first_id. Ends with
// `most` tokens beyond the bytes, or where no pair comes `min_frequency` times. False without
// memory.
bool ln_bpe_trainer_run(LnBpeTrainer *t, const int32_t byte_ids[256], int32_t first_id,
                        int32_t most, int64_t min_frequency, LnMerge **merges, size_t *n_merges);

#endif
