// Pictures sampled at other places. `warp` takes a picture and where its output comes from, and
// `unwarp` is its transpose: gradients by the picture are the one of the other, those by the places
// the same with a derivative's weights (LnWarp.order).
#include <string.h>

#include "kernels/copy.h"
#include "kernels/warp.h"
#include "ops/image.h"
#include "ops/join.h"
#include "ops/ops.h"
#include "ops/slice.h"

enum { AFFINE, SAMPLE, WARP, UNWARP };
static const LnOp *op_of(int which);

typedef struct Warp {
  bool nearest;
  int mode;              // LnFillMode
  double value;
  int order[2];
  int64_t height, width; // of the result
} Warp;

static const LnField warp_fields[] = {
  LN_BYTES(Warp, nearest), LN_BYTES(Warp, mode), LN_BYTES(Warp, value), LN_BYTES(Warp, order),
  LN_BYTES(Warp, height), LN_BYTES(Warp, width), {0}};

// images (n, h, w, c), source (n, 8) or (n, height, width, 2)
static bool warp_shape(const LnCall *call, LnSpec *out) {
  const Warp *p = call->params;
  const LnTensor *x = call->in[0];
  if (x->shape[1] == 0 || x->shape[2] == 0)
    return ln_fail(call->context, "%s: there is nothing in pictures of shape %s", call->op->name,
                   ln_tensor_shape_text(x));
  return ln_spec(call, out, (LnDtype)x->dtype, 4,
                 (int64_t[]){x->shape[0], p->height, p->width, x->shape[3]});
}

// Contiguous copies of what is not.
static size_t warp_scratch(const LnCall *call) {
  size_t bytes = 0;
  for (int i = 0; i < 2; i++) {
    const LnTensor *t = call->in[i];
    if (!ln_tensor_is_contiguous(t))
      bytes += ln_whole_lines((size_t)t->size * ln_dtype_size((LnDtype)t->dtype));
  }
  return bytes;
}

static const void *packed(const LnTensor *t, char **memory) {
  if (ln_tensor_is_contiguous(t)) return t->data;
  void *copy = *memory;
  ln_kernel_pack(t, (LnDtype)t->dtype, copy);
  *memory += ln_whole_lines((size_t)t->size * ln_dtype_size((LnDtype)t->dtype));
  return copy;
}

static void warp_forward(const LnCall *call) {
  const Warp *p = call->params;
  const LnTensor *x = call->in[0], *source = call->in[1];
  LnTensor *y = call->out[0];
  if (y->size == 0) return;
  bool transposed = call->op->variant == UNWARP;
  const LnTensor *picture = transposed ? y : x, *samples = transposed ? x : y;
  char *memory = call->scratch;
  const void *from = packed(x, &memory);
  LnWarp w = {.dtype = (LnDtype)x->dtype, .n = x->shape[0],
              .h = picture->shape[1], .w = picture->shape[2], .c = x->shape[3],
              .out_h = samples->shape[1], .out_w = samples->shape[2],
              .source = packed(source, &memory), .transforms = source->rank == 2,
              .shared = source->shape[0] == 1,
              .nearest = p->nearest, .mode = (LnFillMode)p->mode, .value = p->value,
              .order = {p->order[0], p->order[1]}};
  (transposed ? ln_warp_transposed : ln_warp)(&w, from, y->data);
}

static LnTensor *apply(LnContext *c, int which, LnTensor *x, LnTensor *source, const Warp *p) {
  return LN_APPLY2(c, op_of(which), p, x, source);
}

// Rows 0 .. h-1 and columns 0 .. w-1 of a grid, (1, h w) each.
static bool grid(LnContext *c, LnDtype d, int64_t h, int64_t w, LnTensor **x, LnTensor **y) {
  LnTensor *both[2];
  for (int k = 0; k < 2; k++) {
    LnTensor *t = both[k] = ln_temp(c, ln_tensor_new(c, d, 2, (int64_t[]){1, h * w}));
    if (!t) return false;
    for (int64_t i = 0; i < h * w; i++) {
      double v = (double)(k ? i / w : i % w);
      if (d == LN_FLOAT64) ((double *)t->data)[i] = v;
      else ((float *)t->data)[i] = (float)v;
    }
  }
  *x = both[0];
  *y = both[1];
  return true;
}

// From gradients by coordinates (n, h, w, 2) to those by transforms (n, 8).
static LnTensor *by_transforms(LnContext *c, LnTensor *g, LnTensor *t) {
  int64_t n = g->shape[0], h = g->shape[1], w = g->shape[2];
  LnTensor *x, *y, *of[8], *parts[8];
  if (!grid(c, (LnDtype)t->dtype, h, w, &x, &y)) return NULL;
  for (int i = 0; i < 8; i++)
    if (!(of[i] = ln_narrow(c, t, 1, i, 1))) return NULL;
  g = ln_reshape(c, g, 3, (int64_t[]){n, h * w, 2});
  if (!g) return NULL;
  LnTensor *gy = ln_squeeze(c, ln_narrow(c, g, 2, 0, 1), 2);
  LnTensor *gx = ln_squeeze(c, ln_narrow(c, g, 2, 1, 1), 2);
  LnTensor *k = ln_add_number(c, ln_add(c, ln_mul(c, of[6], x), ln_mul(c, of[7], y)), 1);
  LnTensor *column = ln_add(c, ln_add(c, ln_mul(c, of[0], x), ln_mul(c, of[1], y)), of[2]);
  LnTensor *row = ln_add(c, ln_add(c, ln_mul(c, of[3], x), ln_mul(c, of[4], y)), of[5]);
  gx = ln_div(c, gx, k);
  gy = ln_div(c, gy, k);
  LnTensor *gk = ln_neg(c, ln_div(c, ln_add(c, ln_mul(c, gx, column), ln_mul(c, gy, row)), k));
  LnTensor *terms[] = {ln_mul(c, gx, x), ln_mul(c, gx, y), gx, ln_mul(c, gy, x),
                       ln_mul(c, gy, y), gy, ln_mul(c, gk, x), ln_mul(c, gk, y)};
  for (int i = 0; i < 8; i++)
    if (!(parts[i] = ln_sum(c, terms[i], 1, true))) return NULL;
  return ln_concatenate(c, parts, 8, 1);
}

// The gradient by the places: of each axis, samples of `picture` with the weights' derivative times
// what the samples are multiplied by.
static LnTensor *by_source(LnContext *c, LnTensor *picture, LnTensor *source, LnTensor *times,
                           const Warp *given) {
  LnTensor *parts[2];
  if (given->nearest) return NULL;
  for (int axis = 0; axis < 2; axis++) {
    Warp p = *given;
    p.order[axis]++;
    parts[axis] = ln_sum(c, ln_mul(c, times, apply(c, WARP, picture, source, &p)), 3, true);
    if (!parts[axis]) return NULL;
  }
  LnTensor *g = ln_concatenate(c, parts, 2, 3);
  if (!g) return NULL;
  return source->rank == 2 ? by_transforms(c, g, source) : g;
}

static bool warp_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                          LnTensor **dx) {
  LnContext *c = call->context;
  LnTensor *x = call->in[0], *source = call->in[1];
  Warp p = *(const Warp *)call->params, back = p;
  back.height = x->shape[1];
  back.width = x->shape[2];
  if (want[0]) dx[0] = apply(c, UNWARP, dy[0], source, &back);
  if (want[1]) dx[1] = by_source(c, x, source, dy[0], &p);
  return !c->err.set;
}

static bool unwarp_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                            LnTensor **dx) {
  LnContext *c = call->context;
  LnTensor *x = call->in[0], *source = call->in[1];
  Warp p = *(const Warp *)call->params;
  p.height = x->shape[1];
  p.width = x->shape[2];
  p.value = 0;
  if (want[0]) dx[0] = apply(c, WARP, dy[0], source, &p);
  if (want[1]) dx[1] = by_source(c, dy[0], source, x, &p);
  return !c->err.set;
}

// ---- affine_transform

static const LnOption affine_options[] = {
  {"interpolation", LN_OPT_CHOICE, LN_FIELD(LnAffine, nearest), "bilinear",
   .choices = LN_WARP_CHOICES, .doc = "how values between pixels are made"},
  {"fill_mode", LN_OPT_CHOICE, LN_FIELD(LnAffine, mode), "constant", .choices = LN_FILL_MODES,
   .doc = "what is beyond the edge"},
  {"fill_value", LN_OPT_NUMBER, LN_FIELD(LnAffine, value), "0", .doc = "of constant"},
  {"data_format", LN_OPT_CHOICE, LN_FIELD(LnAffine, channels_first), "channels_last",
   .choices = LN_DATA_FORMATS, .doc = "where the channels are"},
  {0}};

LnTensor *ln_channels_last(LnContext *c, LnTensor *x, bool channels_first) {
  if (x && x->rank == 3) x = ln_expand_dims(c, x, 0);
  return x && channels_first ? ln_permute(c, x, 4, (int[]){0, 2, 3, 1}) : x;
}

LnTensor *ln_channels_back(LnContext *c, LnTensor *y, bool channels_first, int rank) {
  if (y && channels_first) y = ln_permute(c, y, 4, (int[]){0, 3, 1, 2});
  return y && rank == 3 ? ln_squeeze(c, y, 0) : y;
}

LnTensor *ln_affine_transform(LnContext *c, LnTensor *x, LnTensor *t, const LnAffine *o) {
  if (!x || !t || !ln_check_images(c, "affine_transform", x)) return NULL;
  LnDtype d = (LnDtype)x->dtype, compute = d == LN_FLOAT64 ? LN_FLOAT64 : LN_FLOAT32;
  int rank = x->rank;
  x = ln_channels_last(c, ln_cast(c, x, compute), o->channels_first);
  t = ln_cast(c, t, compute);
  if (t && t->rank == 1) t = ln_expand_dims(c, t, 0);
  if (!x || !t) return NULL;
  if (t->rank != 2 || !ln_dims_fit(t->shape[1], 8)) {
    ln_fail(c, "affine_transform: 8 numbers for a picture expected, (8,) or (batch, 8), got "
            "shape %s", ln_tensor_shape_text(t));
    return NULL;
  }
  if (t->shape[0] != 1 && !ln_dims_fit(t->shape[0], x->shape[0])) {
    ln_fail(c, "affine_transform: %lld transforms for %lld pictures", (long long)t->shape[0],
            (long long)x->shape[0]);
    return NULL;
  }
  Warp p;
  memset(&p, 0, sizeof p);
  p.nearest = o->nearest;
  p.mode = o->mode;
  p.value = o->value;
  p.height = x->shape[1];
  p.width = x->shape[2];
  LnTensor *y = ln_channels_back(c, apply(c, WARP, x, t, &p), o->channels_first, rank);
  if (!ln_dtype_is_float(d)) y = ln_round(c, y);
  return ln_cast(c, y, d);
}

static bool affine_compose(const LnCall *call, LnTensor **out) {
  out[0] = ln_affine_transform(call->context, call->in[0], call->in[1], call->params);
  return out[0] != NULL;
}

// ---- sample_pictures

LnTensor *ln_sample_pictures(LnContext *c, LnTensor *x, LnTensor *places, const LnAffine *o) {
  if (!x || !places) return NULL;
  LnDtype d = (LnDtype)x->dtype, compute = d == LN_FLOAT64 ? LN_FLOAT64 : LN_FLOAT32;
  if (x->rank != 4 || places->rank != 4 || !ln_dims_fit(places->shape[3], 2) ||
      (places->shape[0] != 1 && !ln_dims_fit(places->shape[0], x->shape[0]))) {
    ln_fail(c, "sample_pictures: pictures (batch, height, width, channels) and coordinates "
            "(batch, rows, columns, 2) expected, got shapes %s and %s", ln_tensor_shape_text(x),
            ln_tensor_shape_text(places));
    return NULL;
  }
  Warp p;
  memset(&p, 0, sizeof p);
  p.nearest = o->nearest;
  p.mode = o->mode;
  p.value = o->value;
  p.height = places->shape[1];
  p.width = places->shape[2];
  LnTensor *y = apply(c, WARP, ln_cast(c, x, compute), ln_cast(c, places, compute), &p);
  if (!ln_dtype_is_float(d)) y = ln_round(c, y);
  return ln_cast(c, y, d);
}

static bool sample_compose(const LnCall *call, LnTensor **out) {
  out[0] = ln_sample_pictures(call->context, call->in[0], call->in[1], call->params);
  return out[0] != NULL;
}

static const LnOption sample_options[] = {
  {"interpolation", LN_OPT_CHOICE, LN_FIELD(LnAffine, nearest), "bilinear",
   .choices = LN_WARP_CHOICES, .doc = "how values between pixels are made"},
  {"fill_mode", LN_OPT_CHOICE, LN_FIELD(LnAffine, mode), "constant", .choices = LN_FILL_MODES,
   .doc = "what is beyond the edge"},
  {"fill_value", LN_OPT_NUMBER, LN_FIELD(LnAffine, value), "0", .doc = "of constant"},
  {0}};
static const LnField sample_fields[] = {LN_BYTES(LnAffine, channels_first), {0}};

const LnOp ln_ops_warp[] = {
  [AFFINE] = {.name = "affine_transform", .n_in = 2, .n_out = 1, .flags = LN_OP_FUNCTION_ONLY,
   .options = affine_options, .params_size = sizeof(LnAffine), .compose = affine_compose,
   .samples = "x(2,4,5,2), x(2,8) * 0.05\n"
              "x(3,4,2), x(8) * 0.05, {fill_mode = \"reflect\"}\n"
              "x(1,2,4,3), x(1,8) * 0.1, {data_format = \"channels_first\", fill_mode = \"wrap\"}\n"
              "x(2,3,3,1), x(1,8) * 0.1, {fill_mode = \"mirror\"}\n"
              "x(1,3,4,1), x(1,8) * 0.1, {fill_mode = \"nearest\"}\n"
              "x(1,3,4,1), x(1,8) * 0.1, {interpolation = \"nearest\", fill_value = 2}",
   .doc = "(images, transform, interpolation = \"bilinear\", fill_mode = \"constant\",\n"
          "fill_value = 0, data_format = \"channels_last\"): pictures (height, width,\n"
          "channels), or a batch of them, moved, turned, sheared, scaled. Also\n"
          "ln.image.affine_transform.\n"
          "transform is (a0, a1, a2, b0, b1, b2, c0, c1), or one a picture: what appears in\n"
          "column x and row y (from 0) is at column (a0 x + a1 y + a2) / k and row\n"
          "(b0 x + b1 y + b2) / k, k = c0 x + c1 y + 1. Beyond the edge is fill_value (constant),\n"
          "the outermost pixel (nearest), the other side (wrap), the mirror image without\n"
          "(mirror) or with (reflect) the outermost pixel.\n"
          "Example:\n"
          "ln.affine_transform(ln.tensor{{{1}, {2}, {3}}}, {1, 0, 1, 0, 1, 0, 0, 0}):flatten()  "
          "--> [2. 3. 0.]\n"},
  [SAMPLE] = {.name = "sample_pictures", .n_in = 2, .n_out = 1, .flags = LN_OP_FUNCTION_ONLY,
   .options = sample_options, .fields = sample_fields, .params_size = sizeof(LnAffine),
   .compose = sample_compose,
   .samples = "x(2,3,4,2), x(2,2,3,2) + 1.3\nx(1,3,4,1), x(1,2,5,2) * 2, {fill_mode = \"wrap\"}\n"
              "x(2,3,4,1), x(1,2,2,2) + 1, {interpolation = \"nearest\", fill_value = 1}",
   .doc = "(images, coordinates, interpolation = \"bilinear\", fill_mode = \"constant\",\n"
          "fill_value = 0): pixels of pictures (batch, height, width, channels) at coordinates\n"
          "(batch, rows, columns, 2), a row and a column each, from 0. Beyond the edge: as in\n"
          "affine_transform. Gradients flow through both.\n"
          "Example:\n"
          "local x = ln.arange(0, 4):reshape{1, 2, 2, 1}\n"
          "ln.sample_pictures(x, ln.tensor{{{{0.5, 1}}}}):flatten()  --> [2.]\n"},
  [WARP] = {.name = "warp", .variant = WARP, .n_in = 2, .n_out = 1, .flags = LN_OP_HIDDEN,
   .fields = warp_fields, .params_size = sizeof(Warp), .shape = warp_shape,
   .scratch = warp_scratch, .forward = warp_forward, .backward = warp_backward,
   .doc = "Pictures sampled at other places."},
  [UNWARP] = {.name = "unwarp", .variant = UNWARP, .n_in = 2, .n_out = 1, .flags = LN_OP_HIDDEN,
   .fields = warp_fields, .params_size = sizeof(Warp), .shape = warp_shape,
   .scratch = warp_scratch, .forward = warp_forward, .backward = unwarp_backward,
   .doc = "Samples added to where they came from."},
  {0}};

static const LnOp *op_of(int which) { return &ln_ops_warp[which]; }
