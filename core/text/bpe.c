// Encoding: words are looked up in a cache of those met before; others are merged pair by pair, the
// lowest rank first, of equal ones the leftmost (Sennrich, Haddow and Birch, 2016).
#include "text/bpe.h"

#include "text/table.h"

enum {
  CACHE_SLOTS = 1 << 16,   // words remembered
  CACHED_BYTES = 48,       // of words that are
  CACHED_IDS = 12,
  SHORT = 96,              // symbols up to which looking at all of them beats a heap
};

typedef struct Cached {
  uint64_t hash;
  uint8_t n, n_ids;        // n = 0: empty
  char text[CACHED_BYTES];
  int32_t ids[CACHED_IDS];
} Cached;

// A piece of a word that is being merged. One that went into its left neighbour has id -1.
typedef struct Symbol {
  int32_t id, before, after;   // neighbours, -1 at the ends
} Symbol;

typedef struct Pair {          // in the heap
  int32_t rank, place;
} Pair;

struct LnBpe {
  LnBpeOptions options;        // without what its pointers point to
  LnTable ranks;               // of pairs of ids
  LnMerge *merges;
  LnSpecial *specials;
  bool begins_special[256];
  LnTable whole;               // hashes of tokens to ids, of whole words
  char **tokens;
  size_t *token_sizes;
  Cached *cache;
  Symbol *symbols;             // scratch
  int32_t *pair_ranks;
  Pair *heap;
  size_t room, n_heap, heap_room;
};

bool ln_ids_add(LnIds *ids, int32_t id) {
  if (ids->n == ids->room) {
    const size_t room = ids->room ? 2 * ids->room : 64;
    int32_t *v = realloc(ids->v, room * sizeof *v);
    if (!v) return false;
    ids->v = v, ids->room = room;
  }
  ids->v[ids->n++] = id;
  return true;
}

void ln_bpe_free(LnBpe *b) {
  if (!b) return;
  for (int i = 0; b->specials && i < b->options.n_specials; i++) free(b->specials[i].text);
  for (int i = 0; b->tokens && i < b->options.n_tokens; i++) free(b->tokens[i]);
  ln_table_free(&b->ranks);
  ln_table_free(&b->whole);
  free(b->merges);
  free(b->specials);
  free(b->tokens);
  free(b->token_sizes);
  free(b->cache);
  free(b->symbols);
  free(b->pair_ranks);
  free(b->heap);
  free(b);
}

static char *copy_bytes(const char *text, size_t n) {
  char *copy = malloc(n + 1);
  if (copy) memcpy(copy, text, n), copy[n] = '\0';
  return copy;
}

static bool take_merges(LnBpe *b, const LnBpeOptions *o) {
  size_t slots = 64;
  while (slots < 2 * (size_t)o->n_merges + 2) slots *= 2;
  b->merges = malloc(((size_t)o->n_merges + 1) * sizeof *b->merges);
  if (!b->merges || !ln_table_init(&b->ranks, slots)) return false;
  for (int i = 0; i < o->n_merges; i++) {
    b->merges[i] = o->merges[i];
    if (!ln_table_put(&b->ranks, ln_pair_key(o->merges[i].left, o->merges[i].right), i))
      return false;
  }
  return true;
}

static bool take_specials(LnBpe *b, const LnBpeOptions *o) {
  b->specials = calloc((size_t)o->n_specials + 1, sizeof *b->specials);
  if (!b->specials) return false;
  for (int i = 0; i < o->n_specials; i++) {
    b->specials[i] = o->specials[i];
    b->specials[i].text = copy_bytes(o->specials[i].text, o->specials[i].n);
    if (!b->specials[i].text) return false;
    if (o->specials[i].n > 0) b->begins_special[(uint8_t)o->specials[i].text[0]] = true;
  }
  return true;
}

// Two tokens of one hash are looked for one slot on: the key is the hash and how often it came.
static bool take_tokens(LnBpe *b, const LnBpeOptions *o) {
  if (!o->whole_words) return true;
  b->tokens = calloc((size_t)o->n_tokens + 1, sizeof *b->tokens);
  b->token_sizes = calloc((size_t)o->n_tokens + 1, sizeof *b->token_sizes);
  if (!b->tokens || !b->token_sizes || !ln_table_init(&b->whole, 64)) return false;
  for (int i = 0; i < o->n_tokens; i++) {
    if (!o->tokens[i]) continue;
    b->tokens[i] = copy_bytes(o->tokens[i], o->token_sizes[i]);
    b->token_sizes[i] = o->token_sizes[i];
    uint64_t key = ln_hash_bytes(o->tokens[i], o->token_sizes[i]);
    while (ln_table_get(&b->whole, key) >= 0) key++;
    if (!b->tokens[i] || !ln_table_put(&b->whole, key, i)) return false;
  }
  return true;
}

LnBpe *ln_bpe_new(const LnBpeOptions *o) {
  LnBpe *b = calloc(1, sizeof *b);
  if (!b) return NULL;
  b->options = *o;
  b->options.merges = NULL, b->options.specials = NULL, b->options.tokens = NULL;
  b->options.token_sizes = NULL;
  b->cache = calloc(CACHE_SLOTS, sizeof *b->cache);
  if (b->cache && take_merges(b, o) && take_specials(b, o) && take_tokens(b, o)) return b;
  ln_bpe_free(b);
  return NULL;
}

// ---- merging one word

static int32_t rank_of(const LnBpe *b, const Symbol *s, int32_t i) {
  const int32_t after = s[i].after;
  return after < 0 ? -1 : ln_table_get(&b->ranks, ln_pair_key(s[i].id, s[after].id));
}

// Symbol i takes the one after it in.
static void merge_at(LnBpe *b, Symbol *s, int32_t i, int32_t rank) {
  const int32_t gone = s[i].after;
  s[i].id = b->merges[rank].made;
  s[i].after = s[gone].after;
  if (s[i].after >= 0) s[s[i].after].before = i;
  s[gone].id = -1;
}

static void merge_short(LnBpe *b, Symbol *s, int n) {
  int32_t *rank = b->pair_ranks;
  for (int i = 0; i < n; i++) rank[i] = rank_of(b, s, i);
  for (;;) {
    int best = -1;
    for (int i = 0; i >= 0; i = s[i].after)
      if (rank[i] >= 0 && (best < 0 || rank[i] < rank[best])) best = i;
    if (best < 0) return;
    merge_at(b, s, best, rank[best]);
    rank[best] = rank_of(b, s, best);
    if (s[best].before >= 0) rank[s[best].before] = rank_of(b, s, s[best].before);
  }
}

static bool comes_before(Pair a, Pair c) {
  return a.rank != c.rank ? a.rank < c.rank : a.place < c.place;
}

static bool push_pair(LnBpe *b, Symbol *s, int32_t place) {
  const int32_t rank = b->pair_ranks[place] = rank_of(b, s, place);
  if (rank < 0) return true;
  if (b->n_heap == b->heap_room) {
    const size_t room = b->heap_room ? 2 * b->heap_room : 1024;
    Pair *heap = realloc(b->heap, room * sizeof *heap);
    if (!heap) return false;
    b->heap = heap, b->heap_room = room;
  }
  size_t i = b->n_heap++;
  const Pair pair = {rank, place};
  for (; i > 0 && comes_before(pair, b->heap[(i - 1) / 2]); i = (i - 1) / 2)
    b->heap[i] = b->heap[(i - 1) / 2];
  b->heap[i] = pair;
  return true;
}

static Pair pop_pair(LnBpe *b) {
  const Pair top = b->heap[0], last = b->heap[--b->n_heap];
  size_t i = 0;
  for (size_t child; (child = 2 * i + 1) < b->n_heap; i = child) {
    if (child + 1 < b->n_heap && comes_before(b->heap[child + 1], b->heap[child])) child++;
    if (!comes_before(b->heap[child], last)) break;
    b->heap[i] = b->heap[child];
  }
  b->heap[i] = last;
  return top;
}

static bool merge_long(LnBpe *b, Symbol *s, int32_t n) {
  b->n_heap = 0;
  for (int32_t i = 0; i < n; i++)
    if (!push_pair(b, s, i)) return false;
  while (b->n_heap > 0) {
    const Pair p = pop_pair(b);
    // What the pair was is another one by now, or gone.
    if (s[p.place].id < 0 || b->pair_ranks[p.place] != p.rank) continue;
    merge_at(b, s, p.place, p.rank);
    const int32_t before = s[p.place].before;
    if (!push_pair(b, s, p.place) || (before >= 0 && !push_pair(b, s, before))) return false;
  }
  return true;
}

static bool grow_scratch(LnBpe *b, size_t n) {
  if (n <= b->room) return true;
  Symbol *s = realloc(b->symbols, n * sizeof *s);
  if (s) b->symbols = s;
  int32_t *r = realloc(b->pair_ranks, n * sizeof *r);
  if (r) b->pair_ranks = r;
  if (s && r) b->room = n;
  return s && r;
}

static int32_t whole_token(const LnBpe *b, const char *text, size_t n) {
  for (uint64_t key = ln_hash_bytes(text, n);; key++) {
    const int32_t id = ln_table_get(&b->whole, key);
    if (id < 0) return -1;
    if (b->token_sizes[id] == n && memcmp(b->tokens[id], text, n) == 0) return id;
  }
}

static bool merge_word(LnBpe *b, const char *text, size_t n, LnIds *out) {
  if (b->options.whole_words) {
    const int32_t id = whole_token(b, text, n);
    if (id >= 0) return ln_ids_add(out, id);
  }
  if (n > INT32_MAX / 2 || !grow_scratch(b, n + 1)) return false;
  Symbol *s = b->symbols;
  int32_t m = 0;
  for (size_t i = 0; i < n; i++) {
    int32_t id = b->options.byte_ids[(uint8_t)text[i]];
    if (id < 0) id = b->options.unknown;
    if (id >= 0) s[m] = (Symbol){id, m - 1, m + 1}, m++;
  }
  if (m == 0) return true;
  s[m - 1].after = -1;
  if (m <= SHORT) merge_short(b, s, m);
  else if (!merge_long(b, s, m)) return false;
  for (int32_t i = 0; i >= 0; i = s[i].after)
    if (!ln_ids_add(out, s[i].id)) return false;
  return true;
}

static bool encode_word(LnBpe *b, const char *text, size_t n, LnIds *out) {
  if (n > CACHED_BYTES) return merge_word(b, text, n, out);
  const uint64_t hash = ln_hash_bytes(text, n);
  Cached *c = &b->cache[hash & (CACHE_SLOTS - 1)];
  if (c->hash == hash && c->n == n && memcmp(c->text, text, n) == 0) {
    for (int i = 0; i < c->n_ids; i++)
      if (!ln_ids_add(out, c->ids[i])) return false;
    return true;
  }
  const size_t first = out->n;
  if (!merge_word(b, text, n, out)) return false;
  if (out->n - first > CACHED_IDS) return true;
  c->hash = hash, c->n = (uint8_t)n, c->n_ids = (uint8_t)(out->n - first);
  memcpy(c->text, text, n);
  if (c->n_ids > 0) memcpy(c->ids, out->v + first, c->n_ids * sizeof *c->ids);
  return true;
}

// ---- texts

static bool encode_words(LnBpe *b, const char *text, size_t n, LnIds *out) {
  for (size_t at = 0; at < n;) {
    const size_t end = ln_word_end(&b->options.pattern, text, n, at);
    if (!encode_word(b, text + at, end - at, out)) return false;
    at = end;
  }
  return true;
}

static bool is_space_at(const LnBpe *b, const char *text, size_t n, size_t at, int *width) {
  const int32_t code = ln_utf8_char(text, n, at, width);
  if (code < 0) return false;
  if (code < 0x80) return code == ' ' || (code >= '\t' && code <= '\r');
  return b->options.pattern.classify(code) == LN_CHAR_SPACE;
}

// A text without special tokens.
static bool encode_plain(LnBpe *b, const char *text, size_t n, LnIds *out) {
  int width;
  if (n == 0) return true;
  if (!b->options.prefix_space || is_space_at(b, text, n, 0, &width))
    return encode_words(b, text, n, out);
  char *spaced = malloc(n + 1);
  if (!spaced) return false;
  spaced[0] = ' ';
  memcpy(spaced + 1, text, n);
  const bool done = encode_words(b, spaced, n + 1, out);
  free(spaced);
  return done;
}

// The longest special token at a place; NULL: none.
static const LnSpecial *special_at(const LnBpe *b, const char *text, size_t n, size_t at) {
  const LnSpecial *found = NULL;
  if (!b->begins_special[(uint8_t)text[at]]) return NULL;
  for (int i = 0; i < b->options.n_specials; i++) {
    const LnSpecial *s = &b->specials[i];
    const bool is = s->n > 0 && s->n <= n - at && memcmp(s->text, text + at, s->n) == 0;
    if (is && (!found || s->n > found->n)) found = s;
  }
  return found;
}

static size_t without_spaces_before(const LnBpe *b, const char *text, size_t from, size_t to) {
  while (to > from) {
    size_t start = to - 1;
    int width;
    while (start > from && ((uint8_t)text[start] & 0xc0) == 0x80) start--;
    if (!is_space_at(b, text, to, start, &width) || start + (size_t)width != to) break;
    to = start;
  }
  return to;
}

bool ln_bpe_encode(LnBpe *b, const char *text, size_t n, bool special, LnIds *out) {
  size_t from = 0, at = 0;
  if (!special || b->options.n_specials == 0) return encode_plain(b, text, n, out);
  while (at < n) {
    const LnSpecial *s = special_at(b, text, n, at);
    if (!s) {
      at++;
      continue;
    }
    const size_t end = s->left ? without_spaces_before(b, text, from, at) : at;
    if (!encode_plain(b, text + from, end - from, out) || !ln_ids_add(out, s->id)) return false;
    at += s->n;
    for (int width; s->right && at < n && is_space_at(b, text, n, at, &width);) at += (size_t)width;
    from = at;
  }
  return encode_plain(b, text + from, n - from, out);
}
