// resize: pictures in another size. It is a crop or a border where the aspect ratio is kept, then
// `resample`, which is linear: its gradient is the same op with the taps seen from the other side.
#include "ops/image.h"

#include <math.h>
#include <string.h>

#include "base/threads.h"
#include "kernels/copy.h"
#include "kernels/loop.h"
#include "kernels/resample.h"
#include "ops/join.h"
#include "ops/ops.h"
#include "ops/slice.h"

enum { RESIZE, RESAMPLE };
static const LnOp *op_of(int which);

typedef struct Resample {
  int filter;           // LnFilter
  bool antialias, channels_first, transposed;
  int64_t height, width;
} Resample;

// ---- resample

// x as (n, h, w, c): with the channels first, each of them is a picture.
typedef struct Layout {
  int64_t n, h, w, c;
} Layout;

static Layout layout_of(const LnTensor *x, bool channels_first) {
  int64_t batch = x->rank == 4 ? x->shape[0] : 1;
  const int64_t *s = x->shape + (x->rank == 4);
  if (channels_first) return (Layout){batch * s[0], s[1], s[2], 1};
  return (Layout){batch, s[0], s[1], s[2]};
}

static bool resample_shape(const LnCall *call, LnSpec *out) {
  const Resample *p = call->params;
  const LnTensor *x = call->in[0];
  int64_t shape[LN_MAX_RANK];
  memcpy(shape, x->shape, sizeof shape);
  int at = x->rank - (p->channels_first ? 2 : 3);
  if (x->rank < 3 || !ln_dtype_is_float((LnDtype)x->dtype) || p->height < 1 || p->width < 1)
    return ln_fail(call->context,
                   "%s: float pictures are wanted, got %s of shape %s, to %lld x %lld",
                   call->op->name, ln_dtype_name((LnDtype)x->dtype), ln_tensor_shape_text(x),
                   (long long)p->height, (long long)p->width);
  if (shape[at] == 0 || shape[at + 1] == 0)
    return ln_fail(call->context, "%s: there is nothing in pictures of shape %s", call->op->name,
                   ln_tensor_shape_text(x));
  shape[at] = p->height;
  shape[at + 1] = p->width;
  return ln_spec(call, out, (LnDtype)x->dtype, x->rank, shape);
}

// Along one axis, from `from` positions to `to`.
static LnSampling sampling_of(const Resample *p, int64_t from, int64_t to) {
  int64_t n_in = p->transposed ? to : from, n_out = p->transposed ? from : to;
  return (LnSampling){(LnFilter)p->filter, p->antialias, n_in, n_out, 0,
                      (double)n_in / (double)n_out};
}

// Bytes for the taps of an axis: first those that are used, then what they are transposed from.
static size_t taps_bytes(const LnSampling *s, bool transposed) {
  size_t bytes = ln_whole_lines(ln_taps_bytes(s->n_out, ln_taps_most(s)));
  if (!transposed) return bytes;
  return bytes + ln_whole_lines(ln_taps_bytes(s->n_in, ln_taps_most_transposed(s)));
}

static void make_taps(const LnSampling *s, bool transposed, char *memory, LnTaps *t) {
  LnTaps plain;
  int64_t n_taps = ln_taps_most(s);
  ln_taps_place(&plain, s->n_in, s->n_out, n_taps, memory);
  ln_taps_fill(s, &plain);
  *t = plain;
  if (!transposed) return;
  memory += ln_whole_lines(ln_taps_bytes(s->n_out, n_taps));
  ln_taps_place(t, s->n_out, s->n_in, ln_taps_most_transposed(s), memory);
  ln_taps_transpose(&plain, t);
}

enum { BLOCKS = 64 };   // pieces for threads at most, each with a line of its own

static size_t line_bytes(const Layout *x, LnDtype d) {
  return ln_whole_lines((size_t)(x->w * x->c) * ln_dtype_size(d));
}

static size_t resample_scratch(const LnCall *call) {
  const Resample *p = call->params;
  const LnTensor *x = call->in[0];
  Layout l = layout_of(x, p->channels_first);
  LnSampling rows = sampling_of(p, l.h, p->height), columns = sampling_of(p, l.w, p->width);
  size_t copy = ln_tensor_is_contiguous(x) ? 0 : (size_t)x->size * ln_dtype_size(x->dtype);
  return taps_bytes(&rows, p->transposed) + taps_bytes(&columns, p->transposed) +
         BLOCKS * line_bytes(&l, (LnDtype)x->dtype) + ln_whole_lines(copy);
}

typedef struct Work {
  LnResample r;
  int64_t rows, blocks;
  char *lines;
  size_t line;
} Work;

static void run_blocks(void *arg, int64_t begin, int64_t end) {
  const Work *w = arg;
  for (int64_t b = begin; b < end; b++)
    ln_resample(&w->r, w->rows * b / w->blocks, w->rows * (b + 1) / w->blocks,
                w->lines + (size_t)b * w->line);
}

static void resample_forward(const LnCall *call) {
  const Resample *p = call->params;
  const LnTensor *x = call->in[0];
  LnTensor *y = call->out[0];
  if (y->size == 0) return;
  Layout l = layout_of(x, p->channels_first);
  LnSampling down = sampling_of(p, l.h, p->height), across = sampling_of(p, l.w, p->width);
  LnTaps rows, columns;
  char *memory = call->scratch;
  make_taps(&down, p->transposed, memory, &rows);
  memory += taps_bytes(&down, p->transposed);
  make_taps(&across, p->transposed, memory, &columns);
  memory += taps_bytes(&across, p->transposed);
  Work w = {.r = {(LnDtype)x->dtype, x->data, y->data, l.c, &rows, &columns},
            .rows = l.n * p->height, .lines = memory, .line = line_bytes(&l, (LnDtype)x->dtype)};
  if (!ln_tensor_is_contiguous(x)) {
    char *copy = memory + BLOCKS * w.line;
    ln_kernel_pack(x, (LnDtype)x->dtype, copy);
    w.r.x = copy;
  }
  w.blocks = w.rows < BLOCKS ? w.rows : BLOCKS;
  int64_t of_block = y->size / w.blocks + 1;
  ln_parallel(w.blocks, (LN_GRAIN_CHEAP + of_block - 1) / of_block, run_blocks, &w);
}

static LnTensor *resample(LnContext *c, LnTensor *x, const Resample *p) {
  return LN_APPLY1(c, op_of(RESAMPLE), p, x);
}

static bool resample_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                              LnTensor **dx) {
  (void)want;
  Resample p = *(const Resample *)call->params;
  const LnTensor *x = call->in[0];
  int at = x->rank - (p.channels_first ? 2 : 3);
  p.transposed = !p.transposed;
  p.height = x->shape[at];
  p.width = x->shape[at + 1];
  dx[0] = resample(call->context, dy[0], &p);
  return true;
}

static const LnField resample_fields[] = {
  LN_BYTES(Resample, filter), LN_BYTES(Resample, antialias), LN_BYTES(Resample, channels_first),
  LN_BYTES(Resample, transposed), LN_BYTES(Resample, height), LN_BYTES(Resample, width), {0}};

// ---- resize

static const LnOption resize_options[] = {
  {"size", LN_OPT_INTEGERS, LN_FIELD(LnResize, size), .range = "[1, 1048576]",
   .doc = "height and width"},
  {"interpolation", LN_OPT_CHOICE, LN_FIELD(LnResize, filter), "bilinear",
   .choices = LN_FILTER_CHOICES, .doc = "how values between pixels are made"},
  {"antialias", LN_OPT_BOOL, LN_FIELD(LnResize, antialias), "false",
   .doc = "averages over what becomes one pixel; not for nearest"},
  {"crop_to_aspect_ratio", LN_OPT_BOOL, LN_FIELD(LnResize, crop), "false",
   .doc = "of the middle, as much as has the aspect ratio of size"},
  {"pad_to_aspect_ratio", LN_OPT_BOOL, LN_FIELD(LnResize, pad), "false",
   .doc = "a border gives it the aspect ratio of size"},
  {"fill_mode", LN_OPT_CHOICE, LN_FIELD(LnResize, fill_mode), "constant", .choices = "constant",
   .doc = "what the border is made of"},
  {"fill_value", LN_OPT_NUMBER, LN_FIELD(LnResize, fill_value), "0", .doc = "the border's value"},
  {"data_format", LN_OPT_CHOICE, LN_FIELD(LnResize, channels_first), "channels_last",
   .choices = LN_DATA_FORMATS, .doc = "where the channels are"},
  {0}};

bool ln_check_images(LnContext *c, const char *what, const LnTensor *x) {
  return x->rank == 3 || x->rank == 4 ||
         ln_fail(c, "%s: one picture (rank 3) or a batch (rank 4) expected, got shape %s", what,
                 ln_tensor_shape_text(x));
}

// The part, or the picture with a border, that has the aspect ratio of `size`.
static LnTensor *frame(LnContext *c, LnTensor *x, const LnResize *o) {
  int at = x->rank - (o->channels_first ? 2 : 3);
  int64_t h = x->shape[at], w = x->shape[at + 1];
  if (h <= 0 || w <= 0 || (!o->crop && !o->pad)) return x;
  if (o->crop) {
    LnBox b = ln_crop_box(h, w, o->size.v[0], o->size.v[1]);
    x = ln_narrow(c, x, at, b.top, b.height);
    return x ? ln_narrow(c, x, at + 1, b.left, b.width) : NULL;
  }
  LnBox b = ln_pad_box(h, w, o->size.v[0], o->size.v[1]);
  int64_t border[LN_MAX_RANK] = {0};
  border[at] = b.top;
  border[at + 1] = b.left;
  return b.top || b.left ? ln_pad(c, x, border, border, o->fill_value) : x;
}

LnTensor *ln_resize(LnContext *c, LnTensor *x, const LnResize *o) {
  if (!x) return NULL;
  if (o->size.n != 2) {
    ln_fail(c, "resize: size is a height and a width, got %d numbers", (int)o->size.n);
    return NULL;
  }
  if (o->crop && o->pad) {
    ln_fail(c, "resize: either crop_to_aspect_ratio or pad_to_aspect_ratio, not both");
    return NULL;
  }
  if (!ln_check_images(c, "resize", x)) return NULL;
  if (x->dtype == LN_BOOL) {
    ln_fail(c, "resize: numbers expected, got bool");
    return NULL;
  }
  LnDtype d = (LnDtype)x->dtype;
  x = frame(c, x, o);
  if (!ln_dtype_is_float(d)) x = ln_cast(c, x, d == LN_UINT8 ? LN_FLOAT32 : LN_FLOAT64);
  Resample p;
  memset(&p, 0, sizeof p);
  p.filter = o->filter;
  p.antialias = o->antialias && o->filter != LN_FILTER_NEAREST;
  p.channels_first = o->channels_first;
  p.height = o->size.v[0];
  p.width = o->size.v[1];
  LnTensor *y = x ? resample(c, x, &p) : NULL;
  return ln_dtype_is_float(d) ? y : ln_cast(c, ln_round(c, y), d);
}

static bool resize_compose(const LnCall *call, LnTensor **out) {
  return (out[0] = ln_resize(call->context, call->in[0], call->params)) != NULL;
}

const LnOp ln_ops_resize[] = {
  [RESIZE] = {.name = "resize", .n_in = 1, .n_out = 1, .flags = LN_OP_FUNCTION_ONLY,
   .options = resize_options, .params_size = sizeof(LnResize), .compose = resize_compose,
   .samples = "x(2,5,4,3), {4, 6}\nx(3,4,2), {2, 3}, \"nearest\"\n"
              "x(1,3,2,1), {5, 4}, \"bicubic\"\n"
              "x(2,6,5), {size = {4, 3}, interpolation = \"lanczos3\", "
              "data_format = \"channels_first\"}\n"
              "x(1,9,8,2), {size = {4, 3}, antialias = true}\n"
              "x(1,7,5,1), {size = {3, 4}, crop_to_aspect_ratio = true, "
              "interpolation = \"lanczos5\"}\n"
              "x(1,2,7,5), {size = {8, 4}, data_format = \"channels_first\", "
              "pad_to_aspect_ratio = true, fill_value = 0.5, interpolation = \"bicubic\", "
              "antialias = true}",
   .doc = "(images, size, interpolation = \"bilinear\", ...): pictures (height,\n"
          "width, channels), or a batch of them, in another size, {height, width}. Also\n"
          "ln.image.resize. What is no float is computed as one and rounded. With\n"
          "crop_to_aspect_ratio as much of the middle as has the aspect ratio of size, with\n"
          "pad_to_aspect_ratio all of it with fill_value around. bicubic is Keys's with a = -0.5.\n"
          "Errors: another rank, both of crop and pad.\n"
          "Example:\n"
          "ln.resize(ln.tensor{{{0}, {4}}}, {1, 4}):flatten()  --> [0. 1. 3. 4.]\n"},
  [RESAMPLE] = {.name = "resample", .n_in = 1, .n_out = 1, .flags = LN_OP_HIDDEN,
   .fields = resample_fields, .params_size = sizeof(Resample), .shape = resample_shape,
   .scratch = resample_scratch, .forward = resample_forward, .backward = resample_backward,
   .doc = "Pictures in another size (ln_resize)."},
  {0}};

static const LnOp *op_of(int which) { return &ln_ops_resize[which]; }
