// Reading CSV. A record is found with memchr, its fields are parsed in place; only quoted fields
// and unusual numbers take the slow way. Empty fields, NA, NaN, null and None are missing values:
// NaN.
#include "io/csv.h"

#include <ctype.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_RECORD = 64 << 20 };   // bytes of a row

typedef struct Reader {
  LnContext *c;
  LnStream *stream;
  char *buffer;             // [at, end) is not used yet
  size_t cap, at, end;
  size_t newline, carriage; // where the next '\n' and '\r' are (or end); 0: not known yet
  bool finished;            // the stream has ended
  int64_t line, next_line;  // of the current record and the one after it
  char delimiter;
  int64_t blank, missing;   // lines without anything, values that became NaN
  char *scratch;            // an unquoted field, NUL-terminated
  size_t scratch_cap;
} Reader;

typedef struct Text {
  const char *p, *end;
} Text;

static bool no_memory(Reader *r) {
  return ln_fail(r->c, "not enough memory to read '%s'", ln_stream_name(r->stream));
}

// Moves what is left to the front and reads on; a record that fills the buffer doubles it.
static bool refill(Reader *r) {
  memmove(r->buffer, r->buffer + r->at, r->end - r->at);
  r->end -= r->at, r->at = 0;
  r->newline = r->carriage = 0;
  if (r->cap - r->end < r->cap / 2) {
    if (r->cap >= MAX_RECORD)
      return ln_fail(r->c, "'%s': a row has more than %d MiB: this is no table of text, or a quote "
                     "is never closed", ln_stream_name(r->stream), MAX_RECORD >> 20);
    char *grown = realloc(r->buffer, r->cap * 2);
    if (!grown) return no_memory(r);
    r->buffer = grown, r->cap *= 2;
  }
  size_t got;
  if (!ln_stream_read(r->c, r->stream, r->buffer + r->end, r->cap - r->end, &got)) return false;
  if (got < r->cap - r->end) r->finished = true;
  r->end += got;
  return true;
}

static bool rewind_reader(Reader *r) {
  r->at = r->end = 0;
  r->finished = false;
  r->line = r->next_line = 1;
  r->blank = r->missing = 0;
  if (!ln_stream_rewind(r->c, r->stream) || !refill(r)) return false;
  if (r->end >= 3 && memcmp(r->buffer, "\xef\xbb\xbf", 3) == 0) r->at = 3;  // byte order mark
  return true;
}

// The place of the next c from r->at on, r->end when there is none; each byte is looked at once.
static size_t next_place(const Reader *r, char c, size_t *known) {
  if (*known > r->at || (*known == r->at && *known > 0)) return *known;
  const char *found = memchr(r->buffer + r->at, c, r->end - r->at);
  return *known = found ? (size_t)(found - r->buffer) : r->end;
}

// How many bytes the line end at p has: "\n", "\r" or "\r\n". 0: p is none.
static int line_end(const char *p, const char *end) {
  if (p == end || (*p != '\n' && *p != '\r')) return 0;
  return *p == '\r' && p + 1 < end && p[1] == '\n' ? 2 : 1;
}

// A quote opens a field only at its beginning; inside, "" is a quote. Returns the line end after
// the record, counting those inside it; NULL when it is not in the buffer.
static const char *quoted_end(const Reader *r, const char *p, const char *end, int64_t *lines) {
  bool start = true, quoted = false;
  *lines = 0;
  for (; p < end; p++) {
    int n = line_end(p, end);
    if (quoted) {
      if (n) ++*lines, p += n - 1;
      if (*p != '"') continue;
      if (p + 1 < end && p[1] == '"') p++;
      else quoted = false;
    } else if (n) {
      return p;
    } else if (*p == '"' && start) {
      quoted = true, start = false;
    } else {
      start = *p == r->delimiter || (start && *p == ' ');
    }
  }
  return quoted ? NULL : end;
}

// The next record that is not empty, without its line end. *more is false after the last.
static bool next_record(Reader *r, bool raw, Text *record, bool *more) {
  for (;;) {
    size_t newline = next_place(r, '\n', &r->newline);
    size_t carriage = next_place(r, '\r', &r->carriage);
    const char *begin = r->buffer + r->at, *end = r->buffer + r->end;
    const char *stop = r->buffer + (newline < carriage ? newline : carriage);
    int64_t inside = 0;
    if (!raw && memchr(begin, '"', (size_t)(stop - begin)))
      stop = quoted_end(r, begin, end, &inside);
    // A '\r' at the end of the buffer may be half of a line end.
    if (!r->finished && (!stop || stop == end || (*stop == '\r' && stop + 1 == end))) {
      if (!refill(r)) return false;
      continue;
    }
    if (!stop)
      return ln_fail(r->c, "'%s', line %lld: a quoted field has no end", ln_stream_name(r->stream),
                     (long long)r->next_line);
    *more = begin < end;
    if (!*more) return true;
    r->line = r->next_line;
    r->next_line += inside + 1;
    r->at = (size_t)(stop - r->buffer) + (size_t)line_end(stop, end);
    *record = (Text){begin, stop};
    if (stop > begin || raw) return true;
    r->blank++;
  }
}

static bool skip_rows(Reader *r, int64_t n) {
  Text record;
  bool more = true;
  for (int64_t i = 0; i < n && more; i++)
    if (!next_record(r, true, &record, &more)) return false;
  return true;
}

static Text trim(Text t) {
  while (t.p < t.end && (*t.p == ' ' || *t.p == '\t')) t.p++;
  while (t.p < t.end && (t.end[-1] == ' ' || t.end[-1] == '\t')) t.end--;
  return t;
}

// Cuts the next field off the record: trimmed, unquoted into r->scratch where it was quoted.
// *last tells that no delimiter followed.
static bool next_field(Reader *r, Text *record, Text *field, bool *last) {
  const char *p = record->p, *end = record->end;
  while (p < end && *p == ' ' && r->delimiter != ' ') p++;
  if (p == end || *p != '"') {
    const char *stop = memchr(record->p, r->delimiter, (size_t)(end - record->p));
    *last = !stop;
    *field = trim((Text){record->p, stop ? stop : end});
    record->p = stop ? stop + 1 : end;
    return true;
  }
  size_t room = (size_t)(end - p), n = 0;
  if (room > r->scratch_cap) {
    char *grown = realloc(r->scratch, room);
    if (!grown) return no_memory(r);
    r->scratch = grown, r->scratch_cap = room;
  }
  for (p++; p < end; p++) {
    if (*p == '"' && (p + 1 == end || p[1] != '"')) break;
    if (*p == '"') p++;
    r->scratch[n++] = *p;
  }
  if (p < end) p++;  // the closing quote
  while (p < end && *p == ' ' && r->delimiter != ' ') p++;
  if (p < end && *p != r->delimiter)
    return ln_fail(r->c, "'%s', line %lld: after a closing quote the delimiter must follow",
                   ln_stream_name(r->stream), (long long)r->line);
  *last = p == end;
  *field = (Text){r->scratch, r->scratch + n};
  record->p = *last ? end : p + 1;
  return true;
}

static bool same_word(Text t, const char *word) {
  size_t n = strlen(word);
  if ((size_t)(t.end - t.p) != n) return false;
  for (size_t i = 0; i < n; i++)
    if (tolower((unsigned char)t.p[i]) != word[i]) return false;
  return true;
}

static bool is_missing(Text t) {
  return t.p == t.end || same_word(t, "na") || same_word(t, "nan") || same_word(t, "n/a") ||
         same_word(t, "null") || same_word(t, "none");
}

static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

// A decimal number as it stands: digits * 10^exponent.
typedef struct Decimal {
  bool negative, fits;   // fits: no digit was lost
  uint64_t digits;
  int64_t exponent;
} Decimal;

// Digits from p on; where they end.
static const char *read_digits(const char *p, const char *end, Decimal *d) {
  for (; p < end && *p >= '0' && *p <= '9'; p++) {
    d->fits = d->fits && d->digits < (uint64_t)1e18;
    d->digits = d->digits * 10 + (uint64_t)(*p - '0');
  }
  return p;
}

// An exponent behind its 'e', which ends the field; NULL where it is empty.
static const char *read_exponent(const char *p, const char *end, Decimal *d) {
  const bool minus = p < end && *p == '-';
  int64_t e = 0;
  if (p < end && (*p == '-' || *p == '+')) p++;
  if (p == end) return NULL;
  for (; p < end && *p >= '0' && *p <= '9'; p++)
    if (e < 100000) e = e * 10 + (*p - '0');
  d->exponent += minus ? -e : e;
  return p;
}

// Whether the whole field is one.
static bool read_decimal(Text t, Decimal *d) {
  const char *p = t.p;
  *d = (Decimal){.negative = p < t.end && *p == '-', .fits = true};
  if (p < t.end && (*p == '-' || *p == '+')) p++;
  const char *start = p;
  p = read_digits(p, t.end, d);
  int64_t n = p - start;
  if (p < t.end && *p == '.') {
    start = ++p;
    p = read_digits(p, t.end, d);
    d->exponent = start - p;
    n += p - start;
  }
  if (n > 0 && p < t.end && (*p == 'e' || *p == 'E')) p = read_exponent(p + 1, t.end, d);
  return n > 0 && p == t.end;
}

static bool is_infinity(Text t) {
  Text word = {t.p + (t.p < t.end && (*t.p == '-' || *t.p == '+')), t.end};
  return same_word(word, "inf") || same_word(word, "infinity");
}

// A whole field as a number: exact when up to 53 bits of digits meet a power of ten that a double
// holds (Clinger, "How to read floating point numbers accurately", 1990), else by strtod.
static bool parse_number(Reader *r, Text t, double *out) {
  Decimal d;
  if (!read_decimal(t, &d)) {
    *out = d.negative ? -INFINITY : INFINITY;
    return is_infinity(t);
  }
  if (d.fits && d.digits <= (uint64_t)1 << 53 && d.exponent >= -22 && d.exponent <= 22) {
    double value = (double)d.digits;
    value = d.exponent < 0 ? value / powers[-d.exponent] : value * powers[d.exponent];
    *out = d.negative ? -value : value;
    return true;
  }
  size_t n = (size_t)(t.end - t.p);
  char small[64], *text = n < sizeof small ? small : malloc(n + 1);
  if (!text) return no_memory(r);
  memcpy(text, t.p, n);
  text[n] = '\0';
  *out = strtod(text, NULL);  // the caller has chosen the C locale
  if (text != small) free(text);
  return true;
}

// Integers exactly; also what a float text says when that is integral ("3.0", "1e3").
static bool parse_integer(Reader *r, Text t, int64_t *out) {
  const char *p = t.p;
  bool negative = p < t.end && *p == '-';
  if (p < t.end && (*p == '-' || *p == '+')) p++;
  if (p < t.end && t.end - p <= 18) {
    int64_t value = 0;
    while (p < t.end && *p >= '0' && *p <= '9') value = value * 10 + (*p++ - '0');
    if (p == t.end) {
      *out = negative ? -value : value;
      return true;
    }
  }
  double number;
  if (!parse_number(r, t, &number) || number != floor(number) || fabs(number) > 0x1p63)
    return false;
  if (fabs(number) >= 0x1p53) {  // all digits count
    uint64_t value = 0, limit = (uint64_t)INT64_MAX + negative;
    for (p = t.p + (*t.p == '-' || *t.p == '+'); p < t.end; p++) {
      if (*p < '0' || *p > '9') return false;
      uint64_t digit = (uint64_t)(*p - '0');
      if (value > (limit - digit) / 10) return false;
      value = value * 10 + digit;
    }
    *out = negative ? (int64_t)(0 - value) : (int64_t)value;
    return true;
  }
  *out = (int64_t)number;
  return true;
}

// Parses a field into row[j]; false without c->err when it is not of that dtype.
static bool store(Reader *r, Text t, LnDtype dtype, void *row, int64_t j) {
  double number;
  int64_t integer;
  if (ln_dtype_is_float(dtype)) {
    if (!parse_number(r, t, &number)) {
      if (!is_missing(t)) return false;
      number = NAN;
      r->missing++;
    }
    if (dtype == LN_FLOAT32) ((float *)row)[j] = (float)number;
    else if (dtype == LN_FLOAT64) ((double *)row)[j] = number;
    else ((uint16_t *)row)[j] = ln_half_bits(dtype, number);
    return true;
  }
  if (dtype == LN_BOOL) {
    if (same_word(t, "true")) integer = 1;
    else if (same_word(t, "false")) integer = 0;
    else if (!parse_integer(r, t, &integer) || (integer != 0 && integer != 1)) return false;
    ((uint8_t *)row)[j] = (uint8_t)integer;
    return true;
  }
  if (!parse_integer(r, t, &integer)) return false;
  if (dtype == LN_INT64) ((int64_t *)row)[j] = integer;
  else if (dtype == LN_INT32 && integer >= INT32_MIN && integer <= INT32_MAX)
    ((int32_t *)row)[j] = (int32_t)integer;
  else if (dtype == LN_UINT8 && integer >= 0 && integer <= UINT8_MAX)
    ((uint8_t *)row)[j] = (uint8_t)integer;
  else return false;
  return true;
}

// The first record's fields, copied; they tell how many columns there are.
static bool first_record(Reader *r, Text record, char ***names, int64_t *n, bool *numbers) {
  int64_t cap = 0;
  *n = 0, *numbers = true;
  for (bool last = false; !last;) {
    Text field;
    double value;
    if (!next_field(r, &record, &field, &last)) return false;
    if (*n == cap) {
      cap = cap ? cap * 2 : 16;
      char **grown = realloc(*names, (size_t)cap * sizeof **names);
      if (!grown) return no_memory(r);
      *names = grown;
    }
    if (!((*names)[*n] = strndup(field.p, (size_t)(field.end - field.p)))) return no_memory(r);
    ++*n;
    if (!is_missing(field) && !parse_number(r, field, &value)) *numbers = false;
  }
  return true;
}

static void free_names(char **names, int64_t n) {
  for (int64_t i = 0; i < n; i++) free(names[i]);
  free(names);
}

// Where each column of the file goes: to[column] is its place in the tensor, or -1.
static bool choose(Reader *r, const LnCsvOptions *o, char **names, int64_t n, bool header,
                   int64_t *to) {
  const char *file = ln_stream_name(r->stream);
  for (int64_t i = 0; i < n; i++) to[i] = o->columns ? -1 : i;
  for (int64_t i = 0; o->columns && i < o->n_columns; i++) {
    int64_t at = o->columns[i].position;
    if (o->columns[i].name) {
      if (!header)
        return ln_fail(r->c, "'%s' has no header, so columns have no names: there is no '%s'", file,
                       o->columns[i].name);
      for (at = 0; at < n && strcmp(names[at], o->columns[i].name) != 0;) at++;
      if (at == n) return ln_fail(r->c, "'%s' has no column '%s'", file, o->columns[i].name);
      for (int64_t k = at + 1; k < n; k++)
        if (strcmp(names[k], names[at]) == 0)
          return ln_fail(r->c, "'%s' has two columns '%s', %lld and %lld: ask for them by number",
                         file, names[at], (long long)at + 1, (long long)k + 1);
    }
    if (at < 0 || at >= n)
      return ln_fail(r->c, "'%s' has no column %lld: it has %lld", file, (long long)at + 1,
                     (long long)n);
    if (to[at] >= 0)
      return ln_fail(r->c, "column '%s' of '%s' is asked for twice", names[at], file);
    to[at] = i;
  }
  return true;
}

// One record into one row; the tensor's dtype says what a field must be.
static bool read_row(Reader *r, Text record, int64_t n, const int64_t *to, char **names,
                     LnDtype dtype, void *row) {
  int64_t i = 0;
  for (bool last = false; !last; i++) {
    Text field;
    if (!next_field(r, &record, &field, &last)) return false;
    if (i >= n || to[i] < 0 || store(r, field, dtype, row, to[i])) continue;
    return ln_fail(r->c, "'%s', line %lld, column %lld%s%.40s%s: expected %s, got %s%.*s%s",
                   ln_stream_name(r->stream), (long long)r->line, (long long)i + 1,
                   names ? " ('" : "", names ? names[i] : "", names ? "')" : "",
                   ln_dtype_is_float(dtype) ? "a number" : ln_dtype_name(dtype),
                   field.p < field.end ? "'" : "", (int)(field.end - field.p > 40 ? 40 :
                   field.end - field.p), field.p, field.p < field.end ? "'" : "a missing value");
  }
  return i == n || ln_fail(r->c, "'%s', line %lld: expected %lld fields, got %lld",
                           ln_stream_name(r->stream), (long long)r->line, (long long)n,
                           (long long)i);
}

struct LnCsvReader {
  Reader r;
  LnCsvOptions options;     // its columns are the caller's: of use while opening only
  char **names;             // of all columns of the file
  int64_t n, columns;       // how many there are, and are kept
  int64_t *to;
  bool header;
};

// To the first record of data.
static bool rewind_table(LnCsvReader *t) {
  Text record;
  bool more;
  return rewind_reader(&t->r) && skip_rows(&t->r, t->options.skip_rows) &&
         (!t->header || next_record(&t->r, false, &record, &more));
}

static bool open_table(LnCsvReader *t) {
  Reader *r = &t->r;
  const LnCsvOptions *o = &t->options;
  Text record;
  bool more, numbers;
  if (!r->buffer) return no_memory(r);
  if (!rewind_reader(r) || !skip_rows(r, o->skip_rows) || !next_record(r, false, &record, &more))
    return false;
  if (!more) return ln_fail(r->c, "'%s' has no rows", ln_stream_name(r->stream));
  if (!first_record(r, record, &t->names, &t->n, &numbers)) return false;
  t->header = o->header < 0 ? !numbers : o->header;
  t->columns = o->columns ? o->n_columns : t->n;
  t->to = malloc((size_t)t->n * sizeof *t->to);
  if (!t->to) return no_memory(r);
  return choose(r, o, t->names, t->n, t->header, t->to) && rewind_table(t);
}

// Up to max rows, dense.
static bool read_rows(LnCsvReader *t, char *row, int64_t max, int64_t *n) {
  Text record;
  bool more;
  size_t row_bytes = (size_t)t->columns * ln_dtype_size(t->options.dtype);
  for (*n = 0; *n < max; ++*n, row += row_bytes) {
    if (!next_record(&t->r, false, &record, &more)) return false;
    if (!more) return true;
    if (!read_row(&t->r, record, t->n, t->to, t->header ? t->names : NULL, t->options.dtype, row))
      return false;
  }
  return true;
}

// strtod reads a decimal comma in some locales; ours is this thread's for as long as it takes.
typedef struct Locale {
  locale_t plain, before;
} Locale;

static bool enter_locale(Reader *r, Locale *l) {
  l->plain = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
  l->before = l->plain ? uselocale(l->plain) : (locale_t)0;
  return l->plain || no_memory(r);
}

static void leave_locale(Locale *l) {
  if (l->plain) uselocale(l->before), freelocale(l->plain);
}

LnCsvReader *ln_csv_open(LnContext *c, LnStream *s, const LnCsvOptions *options) {
  LnCsvReader *t = calloc(1, sizeof *t);
  if (!t) {
    ln_fail(c, "out of memory");
    return NULL;
  }
  t->r = (Reader){.c = c, .stream = s, .cap = 1 << 18, .delimiter = options->delimiter};
  t->options = *options;
  t->r.buffer = malloc(t->r.cap);
  Locale l;
  bool ok = enter_locale(&t->r, &l) && open_table(t);
  leave_locale(&l);
  t->options.columns = NULL;
  if (ok) return t;
  ln_csv_close(t);
  return NULL;
}

bool ln_csv_rows(LnContext *c, LnCsvReader *t, void *rows, int64_t max, int64_t *n) {
  t->r.c = c;
  Locale l;
  bool ok = enter_locale(&t->r, &l) && read_rows(t, rows, max, n);
  leave_locale(&l);
  return ok;
}

int64_t ln_csv_columns(const LnCsvReader *t) { return t->columns; }

// Hands the names of what is kept over; false without memory.
static bool take_names(LnCsvReader *t, LnCsv *csv) {
  csv->names = calloc((size_t)t->columns, sizeof *csv->names);
  if (!csv->names) return no_memory(&t->r);
  csv->n_names = t->columns;
  for (int64_t i = 0; i < t->n; i++)
    if (t->to[i] >= 0) csv->names[t->to[i]] = t->names[i], t->names[i] = NULL;
  return true;
}

const char *ln_csv_name(const LnCsvReader *t, int64_t column) {
  for (int64_t i = 0; t->header && i < t->n; i++)
    if (t->to[i] == column) return t->names[i];
  return NULL;
}

void ln_csv_close(LnCsvReader *t) {
  if (!t) return;
  free_names(t->names, t->n);
  free(t->to);
  free(t->r.buffer);
  free(t->r.scratch);
  free(t);
}

static bool read_all(LnCsvReader *t, LnCsv *csv) {
  Reader *r = &t->r;
  Text record;
  bool more = true;
  int64_t rows = 0, got;
  for (;; rows++) {
    if (!next_record(r, false, &record, &more)) return false;
    if (!more) break;
  }
  csv->values = ln_tensor_new(r->c, t->options.dtype, 2, (int64_t[]){rows, t->columns});
  if (!csv->values || !rewind_table(t) || !read_rows(t, csv->values->data, rows, &got))
    return false;
  if (got < rows) return ln_fail(r->c, "'%s' changed while it was read", ln_stream_name(r->stream));
  csv->blank = r->blank, csv->missing = r->missing;
  return !t->header || take_names(t, csv);
}

bool ln_csv_read(LnContext *c, LnStream *s, const LnCsvOptions *options, LnCsv *csv) {
  *csv = (LnCsv){0};
  LnCsvReader *t = ln_csv_open(c, s, options);
  if (!t) return false;
  Locale l;
  bool ok = enter_locale(&t->r, &l) && read_all(t, csv);
  leave_locale(&l);
  ln_csv_close(t);
  return ok;
}

void ln_csv_release(LnCsv *csv) {
  free_names(csv->names, csv->n_names);
  ln_release(csv->values);
  *csv = (LnCsv){0};
}
