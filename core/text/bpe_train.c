// Learning merges: words are counted once, then the most frequent pair of neighbours is merged in
// all words that have it, again and again. Counts of pairs are kept up to date; a heap finds the
// next.
#include "text/bpe.h"

#include "text/table.h"

typedef struct Word {
  size_t first;        // of its symbols
  int32_t n;           // bytes, and symbols that are left
  int64_t count;
} Word;

typedef struct Pair {
  int32_t left, right;
  int64_t count;
  int32_t *words;      // where it was seen; some may have lost it
  int32_t n_words, room;
} Pair;

typedef struct Entry {   // in the heap: a pair as it was counted then
  int64_t count;
  int32_t pair;
} Entry;

struct LnBpeTrainer {
  LnPattern pattern;
  bool prefix_space;
  char *bytes;         // of all different words
  size_t n_bytes, bytes_room;
  Word *words;
  size_t n_words, words_room;
  LnTable by_hash;     // words: hash to position
  // While learning:
  int32_t *symbols;    // of the words
  LnTable by_pair;
  Pair *pairs;
  size_t n_pairs, pairs_room;
  Entry *heap;
  size_t n_heap, heap_room;
};

// Room for one more element in an array.
static bool reserve(void **v, size_t *room, size_t n, size_t size) {
  if (n < *room) return true;
  const size_t more = *room ? 2 * *room : 256;
  void *grown = realloc(*v, more * size);
  if (!grown) return false;
  *v = grown, *room = more;
  return true;
}

LnBpeTrainer *ln_bpe_trainer_new(const LnPattern *pattern, bool prefix_space) {
  LnBpeTrainer *t = calloc(1, sizeof *t);
  if (!t) return NULL;
  t->pattern = *pattern, t->prefix_space = prefix_space;
  if (ln_table_init(&t->by_hash, 1024)) return t;
  free(t);
  return NULL;
}

// What learning made.
static void end_learning(LnBpeTrainer *t) {
  for (size_t i = 0; i < t->n_pairs; i++) free(t->pairs[i].words);
  free(t->symbols);
  free(t->pairs);
  free(t->heap);
  ln_table_free(&t->by_pair);
  t->symbols = NULL, t->pairs = NULL, t->heap = NULL;
  t->n_pairs = t->pairs_room = t->n_heap = t->heap_room = 0;
}

void ln_bpe_trainer_free(LnBpeTrainer *t) {
  if (!t) return;
  end_learning(t);
  free(t->bytes);
  free(t->words);
  ln_table_free(&t->by_hash);
  free(t);
}

// ---- counting words

static bool count_word(LnBpeTrainer *t, const char *text, size_t n) {
  uint64_t key = ln_hash_bytes(text, n);
  for (int32_t i; (i = ln_table_get(&t->by_hash, key)) >= 0; key++) {
    if ((size_t)t->words[i].n == n && memcmp(t->bytes + t->words[i].first, text, n) == 0) {
      t->words[i].count++;
      return true;
    }
  }
  if (n > INT32_MAX / 2 || t->n_words >= INT32_MAX / 2) return false;
  while (t->bytes_room < t->n_bytes + n) {
    const size_t room = t->bytes_room ? 2 * t->bytes_room : 4096;
    char *bytes = realloc(t->bytes, room);
    if (!bytes) return false;
    t->bytes = bytes, t->bytes_room = room;
  }
  if (!reserve((void **)&t->words, &t->words_room, t->n_words, sizeof *t->words) ||
      !ln_table_put(&t->by_hash, key, (int32_t)t->n_words))
    return false;
  memcpy(t->bytes + t->n_bytes, text, n);
  t->words[t->n_words++] = (Word){t->n_bytes, (int32_t)n, 1};
  t->n_bytes += n;
  return true;
}

static bool count_words(LnBpeTrainer *t, const char *text, size_t n) {
  for (size_t at = 0; at < n;) {
    const size_t end = ln_word_end(&t->pattern, text, n, at);
    if (!count_word(t, text + at, end - at)) return false;
    at = end;
  }
  return true;
}

bool ln_bpe_trainer_add(LnBpeTrainer *t, const char *text, size_t n) {
  int width;
  if (n == 0) return true;
  const int32_t code = ln_utf8_char(text, n, 0, &width);
  const bool space = code < 0x80 ? code == ' ' || (code >= '\t' && code <= '\r')
                                 : t->pattern.classify(code) == LN_CHAR_SPACE;
  if (!t->prefix_space || space) return count_words(t, text, n);
  char *spaced = malloc(n + 1);
  if (!spaced) return false;
  spaced[0] = ' ';
  memcpy(spaced + 1, text, n);
  const bool done = count_words(t, spaced, n + 1);
  free(spaced);
  return done;
}

// ---- pairs

static bool comes_before(const LnBpeTrainer *t, Entry a, Entry b) {
  if (a.count != b.count) return a.count > b.count;
  const Pair *p = &t->pairs[a.pair], *q = &t->pairs[b.pair];
  return p->left != q->left ? p->left < q->left : p->right < q->right;
}

static bool push_entry(LnBpeTrainer *t, int32_t pair) {
  const Entry e = {t->pairs[pair].count, pair};
  if (e.count <= 0) return true;
  if (!reserve((void **)&t->heap, &t->heap_room, t->n_heap, sizeof *t->heap)) return false;
  size_t i = t->n_heap++;
  for (; i > 0 && comes_before(t, e, t->heap[(i - 1) / 2]); i = (i - 1) / 2)
    t->heap[i] = t->heap[(i - 1) / 2];
  t->heap[i] = e;
  return true;
}

static Entry pop_entry(LnBpeTrainer *t) {
  const Entry top = t->heap[0], last = t->heap[--t->n_heap];
  size_t i = 0;
  for (size_t child; (child = 2 * i + 1) < t->n_heap; i = child) {
    if (child + 1 < t->n_heap && comes_before(t, t->heap[child + 1], t->heap[child])) child++;
    if (!comes_before(t, t->heap[child], last)) break;
    t->heap[i] = t->heap[child];
  }
  t->heap[i] = last;
  return top;
}

// The pair of these ids, made when it is new; -1 without memory.
static int32_t find_pair(LnBpeTrainer *t, int32_t left, int32_t right) {
  const uint64_t key = ln_pair_key(left, right);
  const int32_t known = ln_table_get(&t->by_pair, key);
  if (known >= 0) return known;
  if (t->n_pairs >= INT32_MAX / 2 ||
      !reserve((void **)&t->pairs, &t->pairs_room, t->n_pairs, sizeof *t->pairs) ||
      !ln_table_put(&t->by_pair, key, (int32_t)t->n_pairs))
    return -1;
  t->pairs[t->n_pairs] = (Pair){.left = left, .right = right};
  return (int32_t)t->n_pairs++;
}

// A word has the pair once more (or once less, which its list of words need not know).
static bool change_pair(LnBpeTrainer *t, int32_t left, int32_t right, int32_t word, int sign,
                        int32_t *changed) {
  const int32_t i = find_pair(t, left, right);
  if (i < 0) return false;
  Pair *p = &t->pairs[i];
  p->count += sign * t->words[word].count;
  *changed = i;
  if (sign < 0 || (p->n_words > 0 && p->words[p->n_words - 1] == word)) return true;
  size_t room = (size_t)p->room;
  if (p->n_words == p->room) {
    room = room ? 2 * room : 4;
    int32_t *words = realloc(p->words, room * sizeof *words);
    if (!words) return false;
    p->words = words, p->room = (int32_t)room;
  }
  p->words[p->n_words++] = word;
  return true;
}

static bool count_pairs(LnBpeTrainer *t) {
  int32_t changed;
  for (size_t w = 0; w < t->n_words; w++) {
    const int32_t *s = t->symbols + t->words[w].first;
    for (int32_t i = 0; i + 1 < t->words[w].n; i++)
      if (!change_pair(t, s[i], s[i + 1], (int32_t)w, 1, &changed)) return false;
  }
  for (size_t i = 0; i < t->n_pairs; i++)
    if (!push_entry(t, (int32_t)i)) return false;
  return true;
}

// A pair whose count grew comes into the heap anew; one that shrank is put right when it is popped.
static bool grow_pair(LnBpeTrainer *t, int32_t left, int32_t right, int32_t word) {
  int32_t pair;
  return change_pair(t, left, right, word, 1, &pair) && push_entry(t, pair);
}

// All occurrences of the pair in one word become the new id.
static bool merge_in_word(LnBpeTrainer *t, int32_t w, int32_t left, int32_t right, int32_t made) {
  int32_t *s = t->symbols + t->words[w].first, n = t->words[w].n, m = 0, changed;
  for (int32_t i = 0; i < n; i++) {
    if (i + 1 == n || s[i] != left || s[i + 1] != right) {
      s[m++] = s[i];
      continue;
    }
    const bool more = i + 2 < n;
    if (m > 0 && (!change_pair(t, s[m - 1], left, w, -1, &changed) ||
                  !grow_pair(t, s[m - 1], made, w)))
      return false;
    if (more && (!change_pair(t, right, s[i + 2], w, -1, &changed) ||
                 !grow_pair(t, made, s[i + 2], w)))
      return false;
    s[m++] = made;
    i++;
  }
  t->words[w].n = m;
  return true;
}

static bool start_learning(LnBpeTrainer *t, const int32_t byte_ids[256]) {
  t->symbols = malloc((t->n_bytes + 1) * sizeof *t->symbols);
  if (!t->symbols || !ln_table_init(&t->by_pair, 1024)) return false;
  for (size_t i = 0; i < t->n_bytes; i++) t->symbols[i] = byte_ids[(uint8_t)t->bytes[i]];
  return count_pairs(t);
}

// ---- tokens that are made: two ways to one text are one token

typedef struct Made {
  char **texts;        // by id - first_id
  size_t *sizes;
  LnTable by_hash;
  int32_t n, first_id;
} Made;

static void free_made(Made *m) {
  for (int32_t i = 0; m->texts && i < m->n; i++) free(m->texts[i]);
  free(m->texts);
  free(m->sizes);
  ln_table_free(&m->by_hash);
}

// The text of an id: a token that was made, or a byte (in `byte`).
static const char *text_of(const Made *m, const int32_t byte_ids[256], int32_t id, char *byte,
                           size_t *n) {
  if (id >= m->first_id) {
    *n = m->sizes[id - m->first_id];
    return m->texts[id - m->first_id];
  }
  for (int c = 0; c < 256; c++)
    if (byte_ids[c] == id) *byte = (char)c;
  *n = 1;
  return byte;
}

// The id of what two ids make, a new one where there is none yet; -1 without memory.
static int32_t made_of(Made *m, const int32_t byte_ids[256], int32_t left, int32_t right) {
  char a, b;
  size_t n, k;
  const char *l = text_of(m, byte_ids, left, &a, &n), *r = text_of(m, byte_ids, right, &b, &k);
  char *text = malloc(n + k);
  if (!text) return -1;
  memcpy(text, l, n);
  memcpy(text + n, r, k);
  uint64_t key = ln_hash_bytes(text, n + k);
  for (int32_t i; (i = ln_table_get(&m->by_hash, key)) >= 0; key++) {
    if (m->sizes[i] != n + k || memcmp(m->texts[i], text, n + k) != 0) continue;
    free(text);
    return m->first_id + i;
  }
  if (!ln_table_put(&m->by_hash, key, m->n)) {
    free(text);
    return -1;
  }
  m->texts[m->n] = text, m->sizes[m->n] = n + k;
  return m->first_id + m->n++;
}

static bool merge_pair(LnBpeTrainer *t, int32_t pair, int32_t made) {
  const Pair p = t->pairs[pair];   // the array may move meanwhile
  t->pairs[pair].words = NULL, t->pairs[pair].n_words = t->pairs[pair].room = 0;
  bool done = true;
  for (int32_t i = 0; done && i < p.n_words; i++)
    done = merge_in_word(t, p.words[i], p.left, p.right, made);
  t->pairs[pair].count = 0;
  free(p.words);
  return done;
}

bool ln_bpe_trainer_run(LnBpeTrainer *t, const int32_t byte_ids[256], int32_t first_id,
                        int32_t most, int64_t min_frequency, LnMerge **merges,
                        size_t *n_merges) {
  Made made = {.first_id = first_id};
  size_t room = 0;
  *merges = NULL, *n_merges = 0;
  made.texts = calloc((size_t)most + 1, sizeof *made.texts);
  made.sizes = calloc((size_t)most + 1, sizeof *made.sizes);
  bool done = made.texts && made.sizes && ln_table_init(&made.by_hash, 1024) &&
              start_learning(t, byte_ids);
  while (done && made.n < most && t->n_heap > 0) {
    const Entry e = pop_entry(t);
    const Pair *p = &t->pairs[e.pair];
    if (e.count != p->count) {   // it shrank, or is in the heap again
      if (p->count > 0 && p->count < e.count) done = push_entry(t, e.pair);
      continue;
    }
    if (e.count < min_frequency) break;
    const LnMerge merge = {p->left, p->right, made_of(&made, byte_ids, p->left, p->right)};
    done = merge.made >= 0 && reserve((void **)merges, &room, *n_merges, sizeof merge) &&
           merge_pair(t, e.pair, merge.made);
    if (done) (*merges)[(*n_merges)++] = merge;
  }
  free_made(&made);
  end_learning(t);
  for (size_t w = 0; w < t->n_words; w++)   // bytes again
    t->words[w].n = (int32_t)((w + 1 < t->n_words ? t->words[w + 1].first : t->n_bytes) -
                              t->words[w].first);
  return done;
}
