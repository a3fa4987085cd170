// Colours of pictures: gray, and hue, saturation and value from and to red, green and blue. All are
// composed of other ops, so they have gradients.
#include <math.h>

#include "ops/image.h"
#include "ops/ops.h"
#include "ops/slice.h"

enum { GRAYSCALE, TO_HSV, TO_RGB };

typedef struct Color {
  int channels_first;
} Color;

static const LnOption options[] = {
  {"data_format", LN_OPT_CHOICE, LN_FIELD(Color, channels_first), "channels_last",
   .choices = LN_DATA_FORMATS, .doc = "where the channels are"},
  {0}};

// The planes of an axis, which stays with length 1.
static bool split(LnContext *c, const char *what, LnTensor *x, int axis, LnTensor **planes) {
  if (!ln_dims_fit(x->shape[axis], 3))
    return ln_fail(c, "%s: 3 channels expected, got shape %s", what, ln_tensor_shape_text(x));
  for (int i = 0; i < 3; i++)
    if (!(planes[i] = ln_narrow(c, x, axis, i, 1))) return false;
  return true;
}

LnTensor *ln_rgb_to_grayscale(LnContext *c, LnTensor *x, int axis) {
  LnTensor *of[3];
  LnDtype d = (LnDtype)x->dtype;
  if (x->shape[axis] == 1) return x;
  if (!split(c, "rgb_to_grayscale", ln_dtype_is_float(d) ? x : ln_cast(c, x, LN_FLOAT32), axis, of))
    return NULL;
  LnTensor *gray = ln_add(c, ln_add(c, ln_mul_number(c, of[0], 0.2989),
                                    ln_mul_number(c, of[1], 0.587)),
                          ln_mul_number(c, of[2], 0.114));
  return gray ? ln_cast(c, gray, d) : NULL;
}

// The distance to 1 where numbers of the dtype begin to differ.
static double epsilon(LnDtype d) { return d == LN_FLOAT64 ? 0x1p-52 : 0x1p-23; }

bool ln_rgb_to_hsv(LnContext *c, LnTensor *x, int axis, LnTensor **hsv) {
  LnTensor *of[3];
  if (!split(c, "rgb_to_hsv", x, axis, of)) return false;
  LnTensor *zero = ln_mul_number(c, of[0], 0), *one = ln_add_number(c, zero, 1);
  if (!one) return false;
  for (int i = 0; i < 3; i++) {
    LnTensor *faint = ln_lt_number(c, ln_abs(c, of[i]), epsilon((LnDtype)x->dtype));
    if (!faint || !(of[i] = ln_where(c, faint, zero, of[i]))) return false;
  }
  LnTensor *r = of[0], *g = of[1], *b = of[2];
  LnTensor *value = ln_maximum(c, ln_maximum(c, r, g), b);
  LnTensor *range = ln_sub(c, value, ln_minimum(c, ln_minimum(c, r, g), b));
  if (!range) return false;
  LnTensor *lit = ln_gt_number(c, value, 0), *coloured = ln_gt_number(c, range, 0);
  if (!lit || !coloured) return false;
  LnTensor *saturation =
    ln_where(c, lit, ln_div(c, range, ln_where(c, lit, value, one)), zero);
  LnTensor *norm = ln_number_div(c, 1, ln_mul_number(c, ln_where(c, coloured, range, one), 6));
  if (!norm) return false;
  LnTensor *hue = ln_where(c, ln_eq(c, value, g),
                           ln_add_number(c, ln_mul(c, norm, ln_sub(c, b, r)), 2.0 / 6),
                           ln_add_number(c, ln_mul(c, norm, ln_sub(c, r, g)), 4.0 / 6));
  hue = ln_where(c, ln_eq(c, value, r), ln_mul(c, norm, ln_sub(c, g, b)), hue);
  hue = ln_where(c, coloured, hue, zero);
  if (!hue) return false;
  hsv[0] = ln_where(c, ln_lt_number(c, hue, 0), ln_add_number(c, hue, 1), hue);
  hsv[1] = saturation;
  hsv[2] = value;
  return hsv[0] && hsv[1];
}

LnTensor *ln_hsv_to_rgb(LnContext *c, LnTensor *const *hsv, int axis) {
  LnTensor *turns = ln_floor(c, hsv[0]), *rgb[3];
  if (!turns) return NULL;
  LnTensor *sixth = ln_mul_number(c, ln_sub(c, hsv[0], turns), 6);
  LnTensor *rest = ln_number_sub(c, 1, hsv[1]);
  static const double middles[] = {3, 2, 4};
  for (int i = 0; i < 3; i++) {
    LnTensor *distance = ln_abs(c, ln_sub_number(c, sixth, middles[i]));
    distance = i == 0 ? ln_sub_number(c, distance, 1) : ln_number_sub(c, 2, distance);
    distance = ln_clip(c, distance, 0, 1);
    rgb[i] = ln_mul(c, hsv[2], ln_add(c, rest, ln_mul(c, hsv[1], distance)));
    if (!rgb[i]) return NULL;
  }
  return ln_concatenate(c, rgb, 3, axis);
}

static bool compose(const LnCall *call, LnTensor **out) {
  LnContext *c = call->context;
  const Color *o = call->params;
  LnTensor *x = call->in[0], *planes[3];
  if (!ln_check_images(c, call->op->name, x)) return false;
  int axis = o->channels_first ? x->rank - 3 : x->rank - 1;
  if (call->op->variant == GRAYSCALE) {
    if (x->shape[axis] > 0 && x->shape[axis] != 1 && x->shape[axis] != 3)
      return ln_fail(c, "rgb_to_grayscale: 3 or 1 channels expected, got shape %s",
                     ln_tensor_shape_text(x));
    LnTensor *gray = ln_rgb_to_grayscale(c, x, axis);
    return (out[0] = gray == x ? ln_identity(c, x) : gray) != NULL;
  }
  if (!ln_dtype_is_float((LnDtype)x->dtype))
    return ln_fail(c, "%s: floats expected, got %s", call->op->name,
                   ln_dtype_name((LnDtype)x->dtype));
  if (call->op->variant == TO_HSV)
    return ln_rgb_to_hsv(c, x, axis, planes) &&
           (out[0] = ln_concatenate(c, planes, 3, axis)) != NULL;
  return split(c, "hsv_to_rgb", x, axis, planes) &&
         (out[0] = ln_hsv_to_rgb(c, planes, axis)) != NULL;
}

#define COLOR(which, told, text)                                                                  \
  {.name = told, .variant = which, .n_in = 1, .n_out = 1, .flags = LN_OP_FUNCTION_ONLY,           \
   .options = options, .params_size = sizeof(Color), .compose = compose,                          \
   .samples = "p(2,3,2,3)\np(2,4,3)\np(2,3,2,2), {data_format = \"channels_first\"}", .doc = text}

const LnOp ln_ops_color[] = {
  [GRAYSCALE] = COLOR(GRAYSCALE, "rgb_to_grayscale",
    "(images, data_format = \"channels_last\"): gray from colours, 0.2989 red + 0.587 green +\n"
    "0.114 blue, of pictures (height, width, 3 or 1) or a batch. Also ln.image.rgb_to_grayscale.\n"
    "The dtype stays; what is no float is cut to whole numbers. Errors: other channels.\n"
    "Example:\n"
    "ln.rgb_to_grayscale(ln.tensor{{{10, 0, 0}}}):flatten():round(2)  --> [2.99]\n"),
  [TO_HSV] = COLOR(TO_HSV, "rgb_to_hsv",
    "(images, data_format = \"channels_last\"): hue, saturation and value from red, green and\n"
    "blue, from 0 to 1, of pictures (height, width, 3) or a batch. Also ln.image.rgb_to_hsv.\n"
    "Errors: no floats; other channels.\n"
    "Example:\n"
    "ln.rgb_to_hsv(ln.tensor{{{0, 0.5, 0}}}):flatten():round(3)  --> [0.333 1.    0.5  ]\n"),
  [TO_RGB] = COLOR(TO_RGB, "hsv_to_rgb",
    "(images, data_format = \"channels_last\"): red, green and blue from hue, saturation and\n"
    "value, from 0 to 1, of pictures (height, width, 3) or a batch. Also ln.image.hsv_to_rgb.\n"
    "Errors: no floats; other channels.\n"
    "Example:\n"
    "ln.hsv_to_rgb(ln.tensor{{{0, 1, 0.5}}}):flatten()  --> [0.5 0.  0. ]\n"),
  {0}};
