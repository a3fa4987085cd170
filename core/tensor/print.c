// Tensors as text, the way numpy's str shows them: columns of one width and one precision,
// scientific when the sizes ask for it, long ones summarized. The rules are those of
// numpy.array2string.
#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tensor/tensor.h"

enum { LINE = 75, EDGE = 3, CELL = 400 };  // CELL: digits of the longest double, and room

typedef struct Text {
  char *data;
  size_t n, cap;
  bool failed;
} Text;

static void put(Text *t, const char *s, size_t n) {
  if (t->failed) return;
  if (t->n + n + 1 > t->cap) {
    size_t cap = (t->n + n + 1) * 2;
    char *grown = realloc(t->data, cap);
    if (!grown) {
      t->failed = true;
      return;
    }
    t->data = grown;
    t->cap = cap;
  }
  memcpy(t->data + t->n, s, n);
  t->data[t->n += n] = '\0';
}

static void pad(Text *t, size_t n) {
  while (n-- > 0) put(t, " ", 1);
}

// How the elements of a tensor are written.
typedef struct Format {
  const LnTensor *t;
  int precision;      // digits after the point
  bool scientific;
  int left, right;    // width before and after the point
  int exponent;       // digits of the exponent
  int width;          // of integers and bools
  int edge;           // elements shown at either end of a long axis; 0: all
} Format;

// Whether a text is read as v, a float of this dtype.
static bool reads_as(const char *text, double v, LnDtype d) {
  if (d == LN_FLOAT32) return strtof(text, NULL) == (float)v;
  const double read = strtod(text, NULL);
  return read == v || (ln_dtype_is_half(d) && ln_half_bits(d, read) == ln_half_bits(d, v));
}

// The fewest digits that read back as the same float of this dtype, in scientific form.
static void shortest(double v, LnDtype d, char *out) {
  int max_digits = d == LN_FLOAT64 ? DBL_DECIMAL_DIG : FLT_DECIMAL_DIG;
  for (int digits = 1; digits <= max_digits; digits++) {
    snprintf(out, CELL, "%.*e", digits - 1, v);
    if (reads_as(out, v, d)) return;
  }
}

// Scientific text "-d.ddde-dd" in its parts: sign, digits without the point, exponent.
static int parts(const char *text, bool *minus, char *digits) {
  int n = 0;
  *minus = *text == '-';
  for (const char *p = text + *minus; *p && *p != 'e'; p++)
    if (*p != '.') digits[n++] = *p;
  digits[n] = '\0';
  return atoi(strchr(text, 'e') + 1);
}

// v as "-123.45": the shortest digits, at most `precision` after the point; no zeros at the end.
static void positional(double v, LnDtype d, int precision, char *out) {
  char text[CELL], digits[CELL];
  bool minus;
  shortest(v, d, text);
  int exponent = parts(text, &minus, digits), n = (int)strlen(digits);
  if (n - 1 - exponent > precision) {
    snprintf(out, CELL, "%.*f", precision, v);  // rounded from the exact value
    if (precision == 0) strcat(out, ".");
  } else {
    char *p = out;
    if (minus) *p++ = '-';
    if (exponent < 0) *p++ = '0';
    for (int i = 0; i <= exponent; i++) *p++ = i < n ? digits[i] : '0';
    *p++ = '.';
    for (int i = exponent + 1; i < n; i++) *p++ = i < 0 ? '0' : digits[i];
    *p = '\0';
  }
  size_t end = strlen(out);
  while (end > 0 && out[end - 1] == '0') end--;
  out[end] = '\0';
}

// v as "-1.2345e-05" with `fixed` digits after the point (of the exact value, past the shortest
// form), or the fewest, at most `precision`, when fixed is negative; the point is always there.
// wide: digits of the exponent, at least.
static void exponential(double v, LnDtype d, int precision, int fixed, int wide, char *out) {
  char text[CELL], digits[CELL];
  bool minus;
  shortest(v, d, text);
  int exponent = parts(text, &minus, digits), n = (int)strlen(digits);
  if (n - 1 > precision || n - 1 < fixed) {
    snprintf(text, sizeof text, "%.*e", fixed >= 0 ? fixed : precision, v);
    exponent = parts(text, &minus, digits);
    n = (int)strlen(digits);
  }
  while (n > 1 && n - 1 > fixed && digits[n - 1] == '0') n--;
  snprintf(out, CELL, "%s%c.%.*se%c%0*d", minus ? "-" : "", digits[0], n - 1, digits + 1,
           exponent < 0 ? '-' : '+', wide, abs(exponent));
}

// Calls see() for the elements that will be shown.
static void each_shown(const Format *f, int axis, int64_t *index,
                       void (*see)(void *to, const LnTensor *t, const int64_t *index), void *to) {
  const LnTensor *t = f->t;
  if (axis == t->rank) {
    see(to, t, index);
    return;
  }
  for (int64_t i = 0; i < t->shape[axis]; i++) {
    if (f->edge && i == f->edge && t->shape[axis] > 2 * f->edge) i = t->shape[axis] - f->edge;
    index[axis] = i;
    each_shown(f, axis + 1, index, see, to);
  }
}

typedef struct Sizes {
  double largest, smallest;  // of the finite ones that are not 0
  bool finite, infinite, nan, minus_infinite;
  Format *f;
} Sizes;

static void see_size(void *to, const LnTensor *t, const int64_t *index) {
  Sizes *s = to;
  double v = ln_tensor_get(t, index), a = fabs(v);
  if (isnan(v)) s->nan = true;
  else if (isinf(v)) s->infinite = true, s->minus_infinite = s->minus_infinite || v < 0;
  else s->finite = true;
  if (!isfinite(v) || v == 0) return;
  if (a > s->largest) s->largest = a;
  if (s->smallest == 0 || a < s->smallest) s->smallest = a;
}

static void see_width(void *to, const LnTensor *t, const int64_t *index) {
  Format *f = to;
  char text[CELL];
  double v = ln_tensor_get(t, index);
  if (!isfinite(v)) return;
  if (f->scientific) exponential(v, (LnDtype)t->dtype, f->precision, -1, 2, text);
  else positional(v, (LnDtype)t->dtype, f->precision, text);
  int point = (int)(strchr(text, '.') - text), length = (int)strlen(text);
  if (point > f->left) f->left = point;
  if (!f->scientific) {
    if (length - point - 1 > f->right) f->right = length - point - 1;
    return;
  }
  int e = (int)(strchr(text, 'e') - text);
  if (e - point - 1 > f->right) f->right = e - point - 1;
  if (length - e - 2 > f->exponent) f->exponent = length - e - 2;
}

static void see_integer(void *to, const LnTensor *t, const int64_t *index) {
  Format *f = to;
  int n = snprintf(NULL, 0, "%lld", (long long)ln_tensor_get_int(t, index));
  if (t->dtype == LN_BOOL) n = ln_tensor_get_int(t, index) ? 4 : 5;
  if (n > f->width) f->width = n;
}

static void choose_format(Format *f) {
  int64_t index[LN_MAX_RANK] = {0};
  LnDtype d = (LnDtype)f->t->dtype;
  if (!ln_dtype_is_float(d)) {
    each_shown(f, 0, index, see_integer, f);
    if (d == LN_BOOL) f->width = 5;
    return;
  }
  Sizes s = {.f = f};
  each_shown(f, 0, index, see_size, &s);
  double ratio = s.smallest > 0 ? s.largest / s.smallest : 1;
  if (d == LN_FLOAT32 && s.smallest > 0) ratio = (double)((float)s.largest / (float)s.smallest);
  if (ln_dtype_is_half(d)) ratio = (double)ln_half_value(d, ln_half_bits(d, ratio));
  f->scientific = s.largest >= 1e8 || (s.smallest > 0 && (s.smallest < 1e-4 || ratio > 1000));
  each_shown(f, 0, index, see_width, f);
  if (f->scientific) {
    f->precision = f->right;
    f->right = f->exponent + 2 + f->precision;
  }
  int offset = f->right + 1;
  if (s.nan && 3 - offset > f->left) f->left = 3 - offset;
  if (s.infinite && 3 + s.minus_infinite - offset > f->left)
    f->left = 3 + s.minus_infinite - offset;
}

// One element, as wide as its column.
static void cell(const Format *f, const int64_t *index, char *out) {
  LnDtype d = (LnDtype)f->t->dtype;
  char text[CELL];
  if (d == LN_BOOL) {
    snprintf(out, CELL, "%*s", f->width, ln_tensor_get_int(f->t, index) ? "true" : "false");
    return;
  }
  if (!ln_dtype_is_float(d)) {
    snprintf(out, CELL, "%*lld", f->width, (long long)ln_tensor_get_int(f->t, index));
    return;
  }
  double v = ln_tensor_get(f->t, index);
  if (!isfinite(v)) {
    snprintf(out, CELL, "%*s", f->left + f->right + 1, isnan(v) ? "nan" : v < 0 ? "-inf" : "inf");
    return;
  }
  if (f->scientific) exponential(v, d, f->precision, f->precision, f->exponent, text);
  else positional(v, d, f->precision, text);
  int point = (int)(strchr(text, '.') - text);
  int trailing = f->scientific ? 0 : f->right - ((int)strlen(text) - point - 1);
  snprintf(out, CELL, "%*s%s%*s", f->left > point ? f->left - point : 0, "", text,
           trailing > 0 ? trailing : 0, "");
}

// A row of elements, wrapped at `width`; the lines after the first are indented.
typedef struct Row {
  Text *to;
  size_t line, indent, width;  // line: length of the current one, its indent included
} Row;

static void word(Row *r, const char *s) {
  size_t n = strlen(s);
  if (r->line + n > r->width && r->line > r->indent) {
    while (r->to->n > 0 && r->to->data[r->to->n - 1] == ' ') r->to->n--;
    put(r->to, "\n", 1);
    pad(r->to, r->indent);
    r->line = r->indent;
  }
  put(r->to, s, n);
  r->line += n;
}

// indent: columns in front of this bracket on a line of its own, which include it.
static void block(const Format *f, Text *to, int axis, int64_t *index, size_t indent,
                  size_t width) {
  const LnTensor *t = f->t;
  int64_t n = t->shape[axis];
  bool cut = f->edge && n > 2 * f->edge;
  Row row = {to, indent, indent, width - 1};
  put(to, "[", 1);
  for (int64_t i = 0; i < n; i++) {
    bool last = axis == t->rank - 1;
    if (cut && i == f->edge) {
      if (last) {
        word(&row, "...");
        word(&row, " ");
      } else {
        put(to, "...", 3);
        for (int k = axis; k < t->rank - 1; k++) put(to, "\n", 1);
        pad(to, indent);
      }
      i = n - f->edge;
    }
    index[axis] = i;
    if (last) {
      char text[CELL];
      cell(f, index, text);
      word(&row, text);
      if (i + 1 < n) put(to, " ", 1), row.line++;
    } else {
      block(f, to, axis + 1, index, indent + 1, width - 1);
      if (i + 1 == n) continue;
      for (int k = axis; k < t->rank - 1; k++) put(to, "\n", 1);
      pad(to, indent);
    }
  }
  put(to, "]", 1);
}

// A lone number: positional from 1e-4 to 1e16, as numpy's scalars.
static void scalar(const LnTensor *t, char *out) {
  LnDtype d = (LnDtype)t->dtype;
  double v = ln_tensor_get(t, NULL), a = fabs(v);
  if (d == LN_BOOL) {
    strcpy(out, v != 0 ? "true" : "false");
  } else if (!ln_dtype_is_float(d)) {
    snprintf(out, CELL, "%lld", (long long)ln_tensor_get_int(t, NULL));
  } else if (!isfinite(v)) {
    strcpy(out, isnan(v) ? "nan" : v < 0 ? "-inf" : "inf");
  } else if (a == 0 || (a >= 1e-4 && a < 1e16)) {
    positional(v, d, 20, out);
    if (out[strlen(out) - 1] == '.') strcat(out, "0");
  } else {
    exponential(v, d, 20, -1, 2, out);
    char *point = strchr(out, '.');
    if (point[1] == 'e') memmove(point, point + 1, strlen(point));  // 1e+16, without a point
  }
}

char *ln_tensor_text(const LnTensor *t, int precision, int64_t threshold) {
  Text text = {0};
  int64_t index[LN_MAX_RANK] = {0};
  char lone[CELL];
  if (precision < 0) precision = 0;
  if (precision > 40) precision = 40;
  Format f = {.t = t, .precision = precision};
  if (ln_tensor_closed(t) || t->meta) {
    const char *what = t->meta ? "tensor without values, shape " : "closed tensor, shape ";
    const char *shape = ln_tensor_shape_text(t);
    put(&text, what, strlen(what));
    put(&text, shape, strlen(shape));
  } else if (t->size == 0) {
    put(&text, "[]", 2);
  } else if (t->rank == 0) {
    scalar(t, lone);
    put(&text, lone, strlen(lone));
  } else {
    if (t->size > threshold) f.edge = EDGE;
    choose_format(&f);
    block(&f, &text, 0, index, 1, LINE);
  }
  if (text.failed) {
    free(text.data);
    return NULL;
  }
  return text.data;
}
