// Fourier transforms: fft, ifft, fft2, ifft2, rfft, irfft, stft, istft; extract_sequences. All are
// made of three hidden ops, each linear: its gradient is the transposed transform, which is one of
// the three again.
#include "ops/fft.h"

#include <string.h>

#include "kernels/fft.h"
#include "kernels/sequences.h"
#include "ops/join.h"
#include "ops/ops.h"
#include "ops/slice.h"

enum { FFT, IFFT, FFT2, IFFT2, RFFT, IRFFT, STFT, ISTFT, DFT, DFT_OF_REAL, DFT_TO_REAL,
       EXTRACT_SEQUENCES, OVERLAP_AND_ADD };
static const LnOp *op_of(int which);

// ---- dft: (real, imag) -> real, imag along an axis

typedef struct Dft {
  int64_t axis;    // 0-based
  bool inverse;    // without the factor 1 / n
  double scale;
} Dft;

static bool dft_shape(const LnCall *call, LnSpec *out) {
  const LnTensor *re = call->in[0], *im = call->in[1];
  const Dft *p = call->params;
  const char *name = call->op->name;
  int axis;
  if (!ln_dtype_is_float((LnDtype)re->dtype) || re->dtype != im->dtype)
    return ln_fail(call->context, "%s: two tensors of one float dtype expected, got %s and %s",
                   name, ln_dtype_name((LnDtype)re->dtype), ln_dtype_name((LnDtype)im->dtype));
  if (!ln_axis(call->context, name, p->axis, re->rank, &axis)) return false;
  if (!ln_spec_both(call, &out[0], (LnDtype)re->dtype, re, im) ||
      !ln_spec_both(call, &out[1], (LnDtype)re->dtype, re, im))
    return ln_fail(call->context, "%s: parts of one shape expected", name);
  return (out[0].shape[axis] != 0 ||
          ln_fail(call->context, "%s: a transform of no points, shape %s", name,
                  ln_tensor_shape_text(re)));
}

static LnFft dft_of(const LnCall *call) {
  const Dft *p = call->params;
  const int axis = (int)(p->axis < 0 ? p->axis + call->in[0]->rank : p->axis);
  return (LnFft){LN_FFT_COMPLEX, call->in[0]->shape[axis], axis, p->inverse, p->scale, 1};
}

static size_t dft_scratch(const LnCall *call) {
  LnFft f = dft_of(call);
  return ln_kernel_fft_memory(&f, (LnDtype)call->in[0]->dtype, call->in[0]->size / f.n);
}

static void dft_forward(const LnCall *call) {
  LnFft f = dft_of(call);
  ln_kernel_fft(&f, (const LnTensor *const *)call->in, call->out, call->scratch);
}

// The same, or zeros where none arrived.
static LnTensor *arrived(const LnCall *call, LnTensor *const *dy, int i) {
  return dy[i] ? dy[i] : ln_mul_number(call->context, dy[!i], 0);
}

static bool dft(LnContext *c, LnTensor *re, LnTensor *im, int64_t axis, bool inverse, double scale,
                LnTensor **out) {
  return re && im &&
         ln_apply_all(c, op_of(DFT), (LnTensor *[]){re, im}, 2, &(Dft){axis, inverse, scale}, out);
}

static bool dft_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                         LnTensor **dx) {
  (void)want;
  const Dft *p = call->params;
  return dft(call->context, arrived(call, dy, 0), arrived(call, dy, 1), p->axis, !p->inverse,
             p->scale, dx);
}

// ---- dft_of_real: x -> real, imag, bins 0 .. n / 2 of n points; dft_to_real: the reverse, without
// the factor 1 / n. Along the last axis, which is cut or filled up with zeros on both sides.

typedef struct RealDft {
  int64_t n;         // points; -1: not known
  int64_t length;    // of the result's last axis
  double scale, interior;   // LnFft
} RealDft;

static bool real_shape(const LnCall *call, LnSpec *out) {
  const RealDft *p = call->params;
  const LnTensor *x = call->in[0];
  const char *name = call->op->name;
  int64_t shape[LN_MAX_RANK];
  if (!ln_dtype_is_float((LnDtype)x->dtype) || (call->n_in > 1 && call->in[1]->dtype != x->dtype))
    return ln_fail(call->context, "%s: tensors of one float dtype expected", name);
  if (x->rank == 0 || p->n == 0)
    return ln_fail(call->context, "%s: a transform of no points, shape %s", name,
                   ln_tensor_shape_text(x));
  if (call->n_in > 1 && !ln_spec_both(call, &out[0], (LnDtype)x->dtype, x, call->in[1]))
    return ln_fail(call->context, "%s: parts of one shape expected", name);
  memcpy(shape, call->n_in > 1 ? out[0].shape : x->shape, sizeof shape);
  shape[x->rank - 1] = p->length;
  for (int i = 0; i < call->n_out; i++)
    if (!ln_spec(call, &out[i], (LnDtype)x->dtype, x->rank, shape)) return false;
  return true;
}

static LnFft real_dft_of(const LnCall *call) {
  const RealDft *p = call->params;
  return (LnFft){call->op->variant == DFT_OF_REAL ? LN_FFT_FROM_REAL : LN_FFT_TO_REAL, p->n,
                 call->in[0]->rank - 1, false, p->scale, p->interior};
}

static int64_t lanes_of(const LnTensor *x) {
  const int64_t length = x->shape[x->rank - 1];
  return length ? x->size / length : 0;
}

// How many transforms, also of an input whose last axis is empty.
static size_t real_scratch(const LnCall *call) {
  LnFft f = real_dft_of(call);
  return ln_kernel_fft_memory(&f, (LnDtype)call->in[0]->dtype, lanes_of(call->out[0]));
}

static void real_forward(const LnCall *call) {
  LnFft f = real_dft_of(call);
  const LnTensor *in[2] = {call->in[0], call->n_in > 1 ? call->in[1] : NULL};
  LnTensor *out[2] = {call->out[0], call->n_out > 1 ? call->out[1] : NULL};
  if (call->out[0]->size > 0) ln_kernel_fft(&f, in, out, call->scratch);
}

static bool dft_of_real(LnContext *c, LnTensor *x, const RealDft *p, LnTensor **out) {
  return x && ln_apply_all(c, op_of(DFT_OF_REAL), &x, 1, p, out);
}

static LnTensor *dft_to_real(LnContext *c, LnTensor *re, LnTensor *im, const RealDft *p) {
  return re && im ? LN_APPLY2(c, op_of(DFT_TO_REAL), p, re, im) : NULL;
}

// Bins between the first and the middle one stand for two conjugates in dft_to_real, for one of
// them in dft_of_real.
static bool of_real_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                             LnTensor **dx) {
  (void)want;
  RealDft p = *(const RealDft *)call->params;
  p.length = call->in[0]->shape[call->in[0]->rank - 1];
  p.interior /= 2;
  return (dx[0] = dft_to_real(call->context, arrived(call, dy, 0), arrived(call, dy, 1), &p));
}

static bool to_real_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                             LnTensor **dx) {
  (void)want;
  RealDft p = *(const RealDft *)call->params;
  p.length = call->in[0]->shape[call->in[0]->rank - 1];
  p.interior *= 2;
  return dft_of_real(call->context, dy[0], &p, dx);
}

// ---- fft, ifft, fft2, ifft2, rfft, irfft

// The operands as floats of one dtype; two are the parts of complex numbers.
static bool floats(const LnCall *call, LnTensor **x) {
  LnDtype d = ln_call_dtype(call);
  if (call->n_in > 1 && !ln_tensor_shapes_fit(call->in[0], call->in[1]))
    return ln_fail(call->context, "%s: real and imaginary parts of one shape expected, got %s and "
                   "%s", call->op->name, ln_tensor_shape_text(call->in[0]),
                   ln_tensor_shape_text(call->in[1]));
  if (!ln_dtype_is_float(d)) d = LN_FLOAT32;
  for (int i = 0; i < call->n_in; i++)
    if (!(x[i] = ln_cast(call->context, call->in[i], d))) return false;
  return true;
}

static bool known_axis(LnContext *c, const char *name, const LnTensor *x, int from_end,
                       int64_t *n) {
  if (x->rank < from_end)
    return ln_fail(c, "%s: a tensor of rank %d or more expected, got shape %s", name, from_end,
                   ln_tensor_shape_text(x));
  *n = x->shape[x->rank - from_end];
  return *n != 0 ||
         ln_fail(c, "%s: a transform of no points, shape %s", name, ln_tensor_shape_text(x));
}

static bool complex_compose(const LnCall *call, LnTensor **out) {
  LnContext *c = call->context;
  const int which = call->op->variant, axes = which == FFT2 || which == IFFT2 ? 2 : 1;
  const bool inverse = which == IFFT || which == IFFT2;
  LnTensor *x[2];
  int64_t n;
  if (!floats(call, x)) return false;
  for (int i = axes; i >= 1; i--)
    if (!known_axis(c, call->op->name, x[0], i, &n)) return false;
  for (int i = 1; i <= axes; i++) {
    if (!known_axis(c, call->op->name, x[0], i, &n)) return false;
    // Where the size is not known, nothing is computed either.
    if (!dft(c, x[0], x[1], x[0]->rank - i, inverse, inverse && n > 0 ? 1.0 / (double)n : 1, out))
      return false;
    memcpy(x, out, sizeof x);
  }
  return true;
}

typedef struct Length {
  int64_t fft_length;   // LN_NONE: as the input says
} Length;

static bool rfft(LnContext *c, LnTensor *x, int64_t n, LnTensor **out) {
  RealDft p = {n, n < 0 ? -1 : n / 2 + 1, 1, 1};
  return dft_of_real(c, x, &p, out);
}

static LnTensor *irfft(LnContext *c, LnTensor *re, LnTensor *im, int64_t n) {
  RealDft p = {n, n, n > 0 ? 1.0 / (double)n : 1, 1};
  return dft_to_real(c, re, im, &p);
}

static bool rfft_compose(const LnCall *call, LnTensor **out) {
  LnTensor *x;
  int64_t n = ((const Length *)call->params)->fft_length;
  if (!floats(call, &x)) return false;
  if (n == LN_NONE && !known_axis(call->context, call->op->name, x, 1, &n)) return false;
  return rfft(call->context, x, n, out);
}

static bool irfft_compose(const LnCall *call, LnTensor **out) {
  LnTensor *x[2];
  int64_t n = ((const Length *)call->params)->fft_length;
  if (!floats(call, x)) return false;
  if (n == LN_NONE) {
    if (!known_axis(call->context, call->op->name, x[0], 1, &n)) return false;
    n = n < 0 ? -1 : 2 * (n - 1);
    if (n == 0)
      return ln_fail(call->context, "irfft: one bin says no length; fft_length is wanted");
  }
  return (out[0] = irfft(call->context, x[0], x[1], n));
}

// ---- extract_sequences; overlap_and_add: (.., count, length) -> (.., n), its transpose

typedef struct Sequences {
  int64_t sequence_length, sequence_stride;
  int64_t n;   // of overlap_and_add's result
} Sequences;

static int64_t count_of(int64_t n, int64_t length, int64_t stride) {
  return n < 0 ? -1 : 1 + (n - length) / stride;
}

static bool extract_shape(const LnCall *call, LnSpec *out) {
  const Sequences *p = call->params;
  const LnTensor *x = call->in[0];
  int64_t shape[LN_MAX_RANK];
  if (x->rank < 1 || x->rank >= LN_MAX_RANK)
    return ln_fail(call->context, "extract_sequences: a tensor of rank 1 to %d expected, got shape "
                   "%s", LN_MAX_RANK - 1, ln_tensor_shape_text(x));
  const int64_t n = x->shape[x->rank - 1];
  if (n >= 0 && n < p->sequence_length)
    return ln_fail(call->context, "extract_sequences: the last axis of shape %s is shorter than "
                   "sequence_length, %lld", ln_tensor_shape_text(x),
                   (long long)p->sequence_length);
  memcpy(shape, x->shape, sizeof shape);
  shape[x->rank - 1] = count_of(n, p->sequence_length, p->sequence_stride);
  shape[x->rank] = p->sequence_length;
  return ln_spec(call, out, (LnDtype)x->dtype, x->rank + 1, shape);
}

static void extract_forward(const LnCall *call) {
  ln_kernel_extract_sequences(call->in[0], ((const Sequences *)call->params)->sequence_stride,
                              call->out[0]);
}

static bool overlap_shape(const LnCall *call, LnSpec *out) {
  const Sequences *p = call->params;
  const LnTensor *x = call->in[0];
  int64_t shape[LN_MAX_RANK];
  if (x->rank < 2 || !ln_dtype_is_float((LnDtype)x->dtype) ||
      !ln_dims_fit(x->shape[x->rank - 1], p->sequence_length) ||
      !ln_dims_fit(x->shape[x->rank - 2],
                   count_of(p->n, p->sequence_length, p->sequence_stride)))
    return ln_fail(call->context, "overlap_and_add: shape %s does not make %lld numbers",
                   ln_tensor_shape_text(x), (long long)p->n);
  memcpy(shape, x->shape, sizeof shape);
  shape[x->rank - 2] = p->n;
  return ln_spec(call, out, (LnDtype)x->dtype, x->rank - 1, shape);
}

static void overlap_forward(const LnCall *call) {
  ln_kernel_overlap_and_add(call->in[0], ((const Sequences *)call->params)->sequence_stride,
                            call->out[0]);
}

static bool extract_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                             LnTensor **dx) {
  (void)want;
  Sequences p = *(const Sequences *)call->params;
  p.n = call->in[0]->shape[call->in[0]->rank - 1];
  return (dx[0] = LN_APPLY1(call->context, op_of(OVERLAP_AND_ADD), &p, dy[0]));
}

static bool overlap_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                             LnTensor **dx) {
  (void)want;
  const Sequences *p = call->params;
  return (dx[0] = ln_extract_sequences(call->context, dy[0], p->sequence_length,
                                       p->sequence_stride));
}

LnTensor *ln_extract_sequences(LnContext *c, LnTensor *x, int64_t length, int64_t stride) {
  return x ? LN_APPLY1(c, op_of(EXTRACT_SEQUENCES), (&(Sequences){length, stride, 0}), x) : NULL;
}

static LnTensor *overlap_and_add(LnContext *c, LnTensor *x, int64_t length, int64_t stride) {
  if (!x) return NULL;
  const int64_t count = x->shape[x->rank - 2];
  Sequences p = {length, stride, count < 0 ? -1 : count > 0 ? (count - 1) * stride + length : 0};
  return LN_APPLY1(c, op_of(OVERLAP_AND_ADD), &p, x);
}

// ---- windows

bool ln_window(LnContext *c, const char *what, const LnWindow *window, int64_t n, bool periodic,
               LnDtype d, LnTensor **out) {
  LnTensor *values = window->values;
  *out = NULL;
  if (values) {
    if (values->rank != 1 || values->shape[0] != n)
      return ln_fail(c, "%s: a window of shape (%lld,) expected, got %s", what, (long long)n,
                     ln_tensor_shape_text(values));
    return (*out = ln_cast(c, values, d)) != NULL;
  }
  if (window->name < 0) return true;
  if (!(values = ln_temp(c, ln_tensor_new(c, d, 1, &n)))) return false;
  for (int64_t i = 0; i < n; i++)
    ln_tensor_set(values, &i, ln_window_at(window->name, 0, i, n, periodic));
  *out = values;
  return true;
}

// ---- stft, istft

// The window, with zeros around it up to fft_length; NULL where there is none.
static bool stft_window(LnContext *c, const char *what, const LnStft *o, LnDtype d,
                        LnTensor **out) {
  int64_t before = (o->fft_length - o->sequence_length) / 2;
  int64_t after = o->fft_length - o->sequence_length - before;
  if (before < 0 || o->fft_length < o->sequence_length)
    return ln_fail(c, "%s: fft_length is at least sequence_length, got %lld and %lld", what,
                   (long long)o->fft_length, (long long)o->sequence_length);
  if (!ln_window(c, what, &o->window, o->sequence_length, true, d, out)) return false;
  if (!*out && after > 0) {   // what lies beyond the sequence does not count
    const LnWindow ones = {LN_BOXCAR, NULL};
    if (!ln_window(c, what, &ones, o->sequence_length, true, d, out)) return false;
  }
  return !*out || after == 0 || (*out = ln_pad(c, *out, &before, &after, 0)) != NULL;
}

bool ln_stft(LnContext *c, LnTensor *x, const LnStft *o, LnTensor **out) {
  LnTensor *window;
  if (!x) return false;
  if (x->rank == 0) return ln_fail(c, "stft: a tensor of rank 1 or more expected, got a scalar");
  if (!stft_window(c, "stft", o, (LnDtype)x->dtype, &window)) return false;
  if (o->center) {
    int64_t around[LN_MAX_RANK] = {0};
    around[x->rank - 1] = o->fft_length / 2;
    x = ln_pad_reflect(c, x, around, around);
  }
  x = ln_extract_sequences(c, x, o->fft_length, o->sequence_stride);
  if (window) x = ln_mul(c, x, window);
  return rfft(c, x, o->fft_length, out);
}

static bool stft_compose(const LnCall *call, LnTensor **out) {
  LnTensor *x;
  return floats(call, &x) && ln_stft(call->context, x, call->params, out);
}

// How much of the window's square covers each place of the result; 1 where it is nothing.
static LnTensor *coverage(LnContext *c, LnTensor *window, int64_t count, const LnStft *o) {
  LnTensor *squares = ln_square(c, window);
  squares = ln_broadcast_to(c, squares, 2, (int64_t[]){count, o->fft_length});
  squares = overlap_and_add(c, squares, o->fft_length, o->sequence_stride);
  LnTensor *one = squares ? ln_add_number(c, ln_mul_number(c, squares, 0), 1) : NULL;
  return ln_where(c, ln_gt_number(c, squares, 1e-10), squares, one);
}

// From `start` to the end that is wanted, with zeros where there is nothing.
static LnTensor *trimmed(LnContext *c, LnTensor *y, const LnStft *o) {
  const int last = y->rank - 1;
  const int64_t n = y->shape[last], half = o->center ? o->fft_length / 2 : 0;
  int64_t length = o->length != LN_NONE ? o->length : n - 2 * half;
  int64_t before[LN_MAX_RANK] = {0}, after[LN_MAX_RANK] = {0};
  if (n < 0) return o->length == LN_NONE && half == 0 ? y : ln_narrow(c, y, last, half, length);
  if (length < 0) length = 0;
  int64_t kept = n - half < length ? n - half : length;
  if (kept < 0) kept = 0;
  y = ln_narrow(c, y, last, half < n ? half : n, kept);
  after[last] = length - kept;
  return after[last] ? ln_pad(c, y, before, after, 0) : y;
}

static bool istft_compose(const LnCall *call, LnTensor **out) {
  LnContext *c = call->context;
  const LnStft *o = call->params;
  LnTensor *x[2], *window;
  if (!floats(call, x)) return false;
  if (x[0]->rank < 2 || x[0]->shape[x[0]->rank - 2] == 0)
    return ln_fail(c, "istft: (.., frames, bins) expected, got shape %s",
                   ln_tensor_shape_text(x[0]));
  if (!stft_window(c, "istft", o, (LnDtype)x[0]->dtype, &window)) return false;
  const int64_t count = x[0]->shape[x[0]->rank - 2];
  LnTensor *y = irfft(c, x[0], x[1], o->fft_length);
  const bool windowed = o->window.values || o->window.name >= 0;
  if (window) y = ln_mul(c, y, window);
  y = overlap_and_add(c, y, o->fft_length, o->sequence_stride);
  if (windowed && count > 0) y = ln_div(c, y, coverage(c, window, count, o));
  return y && (out[0] = trimmed(c, y, o)) != NULL;
}

static const LnField dft_fields[] = {LN_BYTES(Dft, axis), LN_BYTES(Dft, inverse),
                                     LN_BYTES(Dft, scale), {0}};
static const LnField real_fields[] = {LN_BYTES(RealDft, n), LN_BYTES(RealDft, length),
                                      LN_BYTES(RealDft, scale), LN_BYTES(RealDft, interior), {0}};
static const LnOption length_options[] = {
  {"fft_length", LN_OPT_INTEGER, LN_FIELD(Length, fft_length), "none", "[1, 1073741824]",
   .doc = "points of the transform: the axis is cut to it, or filled up with zeros"}, {0}};
#define SEQUENCES(type)                                                                           \
  {"sequence_length", LN_OPT_INTEGER, LN_FIELD(type, sequence_length), .range = "[1, 1073741824]", \
   .doc = "numbers of one sequence"},                                                             \
  {"sequence_stride", LN_OPT_INTEGER, LN_FIELD(type, sequence_stride), .range = "[1, 1073741824]", \
   .doc = "from the beginning of one to that of the next"}
static const LnOption sequence_options[] = {SEQUENCES(Sequences), {0}};
static const LnField sequence_fields[] = {LN_BYTES(Sequences, n), {0}};
#define STFT_LENGTHS                                                                              \
  SEQUENCES(LnStft),                                                                              \
  {"fft_length", LN_OPT_INTEGER, LN_FIELD(LnStft, fft_length), .range = "[1, 1073741824]",        \
   .doc = "points of one transform, at least sequence_length"}
#define STFT_WINDOW                                                                               \
  {"window", LN_OPT_WINDOW, LN_FIELD(LnStft, window), "hann", .choices = LN_STFT_WINDOWS,         \
   .nullable = true, .doc = "what each sequence is multiplied by, sequence_length numbers"},      \
  {"center", LN_OPT_BOOL, LN_FIELD(LnStft, center), "true",                                       \
   .doc = "sequence i has its middle, not its beginning, at i sequence_stride"}
static const LnOption stft_options[] = {STFT_LENGTHS, STFT_WINDOW, {0}};
static const LnOption istft_options[] = {
  STFT_LENGTHS,
  {"length", LN_OPT_INTEGER, LN_FIELD(LnStft, length), "none", "[0, 1073741824]",
   .doc = "of the result: cut, or filled up with zeros"},
  STFT_WINDOW, {0}};

#define COMPLEX(which, told, text, sample)                                                        \
  [which] = {.name = told, .variant = which, .n_in = 2, .n_out = 2, .flags = LN_OP_FUNCTION_ONLY, \
             .compose = complex_compose, .samples = sample, .doc = text}

const LnOp ln_ops_fft[] = {
  COMPLEX(FFT, "fft",
          "(real, imag): real, imag: the discrete Fourier transform along the last axis, of any\n"
          "length: y[k] = sum of x[j] exp(-2 pi i j k / n). Complex numbers are two tensors of\n"
          "one shape. Errors: an axis of length 0; shapes that differ.\n"
          "Example:\n"
          "ln.fft(ln.tensor{1, 2, 3, 4}, ln.zeros{4})  --> [10. -2. -2. -2.]\n",
          "x(4), x(4)\nx(2,3), x(2,3)\nx(2,34), x(2,34)"),
  COMPLEX(IFFT, "ifft",
          "(real, imag): real, imag: the inverse of fft, along the last axis.\n"
          "Example:\n"
          "ln.ifft(ln.fft(ln.tensor{1, 2, 3}, ln.zeros{3}))  --> [1. 2. 3.]\n",
          "x(4), x(4)\nx(2,3), x(2,3)"),
  COMPLEX(FFT2, "fft2",
          "(real, imag): real, imag: the discrete Fourier transform along the last two axes.\n"
          "Example:\n"
          "ln.fft2(ln.eye(2), ln.zeros{2, 2})  --> [[2. 0.] [0. 2.]]\n",
          "x(2,3), x(2,3)\nx(2,4,2), x(2,4,2)"),
  COMPLEX(IFFT2, "ifft2",
          "(real, imag): real, imag: the inverse of fft2, along the last two axes.\n"
          "Example:\n"
          "ln.ifft2(ln.fft2(ln.eye(2), ln.zeros{2, 2}))  --> [[1. 0.] [0. 1.]]\n",
          "x(2,3), x(2,3)\nx(2,4,2), x(2,4,2)"),
  [RFFT] = {.name = "rfft", .variant = RFFT, .n_in = 1, .n_out = 2, .options = length_options,
            .params_size = sizeof(Length), .compose = rfft_compose,
            .samples = "x(2,4)\nx(2,5)\nx(2,4), 6\nx(2,4), {fft_length = 3}",
            .doc = "(x, fft_length = none): real, imag: the first n / 2 + 1 bins of the Fourier\n"
                   "transform of real numbers along the last axis; others are their conjugates.\n"
                   "Example:\n"
                   "ln.rfft(ln.tensor{1, 2, 3, 4})  --> [10. -2. -2.]\n"},
  [IRFFT] = {.name = "irfft", .variant = IRFFT, .n_in = 2, .n_out = 1,
             .flags = LN_OP_FUNCTION_ONLY, .options = length_options,
             .params_size = sizeof(Length), .compose = irfft_compose,
             .samples = "x(2,3), x(2,3)\nx(2,3), x(2,3), 5\nx(2,3), x(2,3), 9\n"
                        "x(2,3), x(2,3), {fft_length = 2}",
             .doc = "(real, imag, fft_length = none): the inverse of rfft: fft_length real numbers "
                    "from\nthe first fft_length / 2 + 1 bins; of m bins, 2 (m - 1) numbers.\n"
                    "Error: one bin and no fft_length.\n"
                    "Example:\n"
                    "ln.irfft(ln.rfft(ln.tensor{1, 2, 3, 4}))  --> [1. 2. 3. 4.]\n"},
  [STFT] = {.name = "stft", .variant = STFT, .n_in = 1, .n_out = 2, .options = stft_options,
            .params_size = sizeof(LnStft), .compose = stft_compose,
            .samples = "x(2,9), 4, 2, 4\nx(2,9), 3, 2, 5, {window = \"hamming\"}\n"
                       "x(9), 4, 3, 4, {window = false, center = false}\n"
                       "x(9), 3, 1, 4, {window = {1, 2, 3}}",
            .doc = "(x, sequence_length, sequence_stride, fft_length, window = \"hann\", "
                   "center = true):\nreal, imag (.., frames, fft_length / 2 + 1): the short-time "
                   "Fourier transform along the last axis.\nEach sequence times its window is "
                   "transformed. With center, x is mirrored at both ends first.\n"
                   "Errors: fft_length below sequence_length; x that is too short; a window of "
                   "another length.\n"
                   "Example:\n"
                   "ln.stft(ln.ones{2}, 4, 2, 4)  --> [[ 2. -1.  0.] [ 2. -1.  0.]]\n"},
  [ISTFT] = {.name = "istft", .variant = ISTFT, .n_in = 2, .n_out = 1,
             .flags = LN_OP_FUNCTION_ONLY, .options = istft_options,
             .params_size = sizeof(LnStft), .compose = istft_compose,
             .samples = "x(2,4,3), x(2,4,3), 4, 2, 4\nx(3,3), x(3,3), 3, 2, 5\n"
                        "x(3,3), x(3,3), 4, 2, 4, {length = 9, window = false}\n"
                        "x(3,3), x(3,3), 4, 2, 4, {center = false, window = {1, 2, 3, 4}}",
             .doc = "(real, imag, sequence_length, sequence_stride, fft_length, length = none,\n"
                    "window = \"hann\", center = true): the signal whose stft it is: frames are "
                    "added up where\nthey overlap, and divided by how much of the window covers "
                    "each place (without a window: not divided).\n"
                    "Example:\n"
                    "local real, imag = ln.stft(ln.arange(8), 4, 2, 4)\n"
                    "ln.istft(real, imag, 4, 2, 4)  --> [0. 1. 2. 3. 4. 5. 6. 7.]\n"},
  [DFT] = {.name = "dft", .variant = DFT, .n_in = 2, .n_out = 2, .flags = LN_OP_HIDDEN,
           .fields = dft_fields, .params_size = sizeof(Dft), .shape = dft_shape,
           .scratch = dft_scratch, .forward = dft_forward, .backward = dft_backward,
           .doc = "(real, imag): the discrete Fourier transform along an axis."},
  [DFT_OF_REAL] = {.name = "dft_of_real", .variant = DFT_OF_REAL, .n_in = 1, .n_out = 2,
                   .flags = LN_OP_HIDDEN, .fields = real_fields, .params_size = sizeof(RealDft),
                   .shape = real_shape, .scratch = real_scratch, .forward = real_forward,
                   .backward = of_real_backward,
                   .doc = "(x): the first half of the transform of real numbers."},
  [DFT_TO_REAL] = {.name = "dft_to_real", .variant = DFT_TO_REAL, .n_in = 2, .n_out = 1,
                   .flags = LN_OP_HIDDEN, .fields = real_fields, .params_size = sizeof(RealDft),
                   .shape = real_shape, .scratch = real_scratch, .forward = real_forward,
                   .backward = to_real_backward,
                   .doc = "(real, imag): real numbers from the first half of their transform."},
  [EXTRACT_SEQUENCES] = {
    .name = "extract_sequences", .variant = EXTRACT_SEQUENCES, .n_in = 1, .n_out = 1,
    .flags = LN_OP_HALVES, .options = sequence_options, .fields = sequence_fields,
    .params_size = sizeof(Sequences), .shape = extract_shape, .forward = extract_forward,
    .backward = extract_backward, .samples = "x(7), 3, 2\nx(2,5), 2, 3\nx(2,2,4), 4, 1",
    .doc = "(x, sequence_length, sequence_stride): x (.., n) to (.., count, sequence_length): the\n"
           "sequences of a window that moves along the last axis, 1 + (n - sequence_length) //\n"
           "sequence_stride of them. Error: the axis is shorter than one.\n"
           "Example:\n"
           "ln.arange(1, 7):extract_sequences(3, 2)  --> [[1. 2. 3.] [3. 4. 5.]]\n"},
  [OVERLAP_AND_ADD] = {
    .name = "overlap_and_add", .variant = OVERLAP_AND_ADD, .n_in = 1, .n_out = 1,
    .flags = LN_OP_HIDDEN, .options = sequence_options, .fields = sequence_fields,
    .params_size = sizeof(Sequences), .shape = overlap_shape, .forward = overlap_forward,
    .backward = overlap_backward,
    .doc = "(x): sequences that overlap, added up."},
  {0}};

static const LnOp *op_of(int which) { return &ln_ops_fft[which]; }
