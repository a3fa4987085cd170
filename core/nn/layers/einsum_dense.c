// EinsumDense: a dense layer of any product: its equation says which axes are summed over.
#include <stdio.h>
#include <string.h>

#include "nn/layers/_einsum_dense.h"
#include "ops/dense.h"
#include "ops/einsum.h"
#include "ops/ops.h"

enum { MAX_TEXT = 64 };

// An equation for an input of one shape: labels of each axis, "..." replaced by labels of its own.
typedef struct Plan {
  const char *text;
  char input[MAX_TEXT], kernel[MAX_TEXT], output[MAX_TEXT];
  int64_t size[128];   // by label, -1: not known
  bool known[128];     // the label has a size or stands for one that is not known
} Plan;

static bool is_label(char ch) {
  return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z');
}

static bool bad(LnContext *c, const Plan *p, const char *what) {
  return ln_fail(c, "the equation \"%s\" %s", p->text, what);
}

// A side of an equation, "abc", "...bc" or "ab...", with `dots` in the place of "...".
static bool expand(LnContext *c, const Plan *p, const char *from, size_t n, const char *dots,
                   char *out) {
  size_t length = 0, used = strlen(dots);
  bool met = false;
  for (size_t i = 0; i < n; i++) {
    if (is_label(from[i]) && length + 1 < MAX_TEXT) {
      if (memchr(from + i + 1, from[i], n - i - 1)) return bad(c, p, "repeats a label");
      out[length++] = from[i];
    } else if (n - i >= 3 && strncmp(from + i, "...", 3) == 0 && !met &&
               (i == 0 || i + 3 == n) && length + used < MAX_TEXT) {
      memcpy(out + length, dots, used);
      length += used;
      i += 2;
      met = true;
    } else {
      return bad(c, p, "should be like \"ab,bc->ac\", with \"...\" first or last");
    }
  }
  out[length] = '\0';
  return true;
}

static int letters(const char *text, size_t n) {
  int count = 0;
  for (size_t i = 0; i < n; i++) count += is_label(text[i]);
  return count;
}

// Labels that the equation does not use, for the axes that "..." stands for.
static void free_labels(const char *text, int n, char *out) {
  for (char ch = 'z'; n > 0 && ch >= 'A'; ch--) {
    if (!is_label(ch) || strchr(text, ch)) continue;
    *out++ = ch;
    n--;
  }
  *out = '\0';
}

static bool split(LnContext *c, Plan *p, const LnTensor *x) {
  const char *comma = strchr(p->text, ','), *arrow = strstr(p->text, "->");
  char dots[LN_MAX_RANK + 1] = "";
  if (strlen(p->text) >= MAX_TEXT) return bad(c, p, "is too long");
  if (!comma || !arrow || comma > arrow)
    return bad(c, p, "should be like \"ab,bc->ac\", with \"...\" first or last");
  const size_t n = (size_t)(comma - p->text);
  const int elided = x->rank - letters(p->text, n);
  const bool has_dots = strstr(p->text, "...") && strstr(p->text, "...") < comma;
  if (elided < 0 || (elided > 0 && !has_dots))
    return ln_fail(c, "the equation \"%s\" names %d axes of its input, which has shape %s",
                   p->text, letters(p->text, n), ln_tensor_shape_text(x));
  if (has_dots) free_labels(p->text, elided, dots);
  return expand(c, p, p->text, n, dots, p->input) &&
         expand(c, p, comma + 1, (size_t)(arrow - comma - 1), "", p->kernel) &&
         expand(c, p, arrow + 2, strlen(arrow + 2), dots, p->output);
}

static void learn(Plan *p, char label, int64_t size) {
  const int i = (unsigned char)label;
  p->size[i] = !p->known[i] || p->size[i] < 0 ? size : p->size[i];
  p->known[i] = true;
}

// Sizes of labels, from the input and output_shape.
static bool plan(LnContext *c, const EinsumDense *o, const LnTensor *x, Plan *p) {
  memset(p, 0, sizeof *p);
  p->text = o->equation;
  if (!split(c, p, x)) return false;
  for (int i = 0; p->input[i]; i++) learn(p, p->input[i], x->shape[i]);
  // Of the output's own labels all but the batch's, which "..." may begin with.
  const char *side = strstr(p->text, "->") + 2;
  const bool dots_first = strncmp(side, "...", 3) == 0;
  int given = 0, wanted = letters(side, strlen(side)) - !dots_first;
  if (o->output_shape.n != wanted)
    return ln_fail(c, "output_shape has %d sizes, the output of \"%s\" has %d besides the batch",
                   (int)o->output_shape.n, p->text, wanted);
  bool batch = !dots_first;
  for (const char *label = side; *label; label++) {
    if (!is_label(*label)) continue;
    if (batch) {
      batch = false;
      continue;
    }
    const int64_t size = o->output_shape.v[given++], known = p->size[(unsigned char)*label];
    if (p->known[(unsigned char)*label] && size >= 0 && known >= 0 && size != known)
      return ln_fail(c, "axis '%c' of \"%s\" has size %lld in an input of shape %s, and %lld in "
                     "output_shape", *label, p->text, (long long)known, ln_tensor_shape_text(x),
                     (long long)size);
    learn(p, *label, size);
  }
  for (const char *label = p->output; *label; label++)
    if (!strchr(p->input, *label) && !strchr(p->kernel, *label))
      return ln_fail(c, "axis '%c' of the output of \"%s\" is neither the input's nor the kernel's",
                     *label, p->text);
  return true;
}

static bool kernel_shape(LnContext *c, const Plan *p, LnInts *shape) {
  shape->n = (int64_t)strlen(p->kernel);
  if (shape->n > LN_MAX_RANK) return bad(c, p, "has a kernel of too many axes");
  for (int i = 0; i < shape->n; i++) {
    const int label = (unsigned char)p->kernel[i];
    shape->v[i] = p->size[label];
    if (!p->known[label])
      return ln_fail(c, "axis '%c' of the kernel of \"%s\" is neither the input's nor the output's",
                     label, p->text);
    if (shape->v[i] < 0)
      return ln_fail(c, "the size of axis '%c' of \"%s\" must be known", label, p->text);
  }
  return true;
}

// From the first of bias_axes on; 1 where the bias is the same along an axis.
static bool bias_shape(LnContext *c, const EinsumDense *o, const Plan *p, LnInts *shape) {
  const char *first = p->output + strcspn(p->output, o->bias_axes);
  for (const char *label = o->bias_axes; *label; label++)
    if (!strchr(p->output, *label))
      return ln_fail(c, "bias_axes \"%s\": axis '%c' is not of the output of \"%s\"", o->bias_axes,
                     *label, p->text);
  shape->n = (int64_t)strlen(first);
  if (shape->n > LN_MAX_RANK) return bad(c, p, "has an output of too many axes");
  for (int i = 0; i < shape->n; i++) {
    shape->v[i] = strchr(o->bias_axes, first[i]) ? p->size[(unsigned char)first[i]] : 1;
    if (shape->v[i] < 0)
      return ln_fail(c, "the size of axis '%c' of \"%s\", which the bias has, must be known",
                     first[i], p->text);
  }
  return true;
}

static bool init(LnContext *c, void *self) {
  EinsumDense *o = self;
  return o->activation || (o->activation = ln_activation_new(c, "linear")) != NULL;
}

static bool has_bias(const EinsumDense *o) { return o->bias_axes && *o->bias_axes; }

// "abc,cde->abde": what is kept, what is bound, what is added, in this order everywhere.
static void find_product(EinsumDense *o, const Plan *p) {
  const size_t in = strlen(p->input), out = strlen(p->output), kernel = strlen(p->kernel);
  o->bound = o->added = 0;
  for (int64_t i = 0; i < o->output_shape.n; i++) {
    const size_t axis = out - (size_t)o->output_shape.n + (size_t)i;
    if (o->output_shape.v[i] >= 0 && axis < out && strchr(p->input, p->output[axis])) return;
  }
  for (size_t bound = 1; bound < in && bound < kernel; bound++) {
    const size_t kept = in - bound, added = kernel - bound;
    if (kept + added != out || strncmp(p->input, p->output, kept) != 0 ||
        strncmp(p->input + kept, p->kernel, bound) != 0 ||
        strcmp(p->kernel + bound, p->output + kept) != 0 ||
        (has_bias(o) && strcmp(o->bias_axes, p->output + kept) != 0))
      continue;
    o->bound = (int)bound, o->added = (int)added;
  }
}

static bool build(LnContext *c, LnLayer *self, const LnTensors *in) {
  EinsumDense *o = (EinsumDense *)self;
  Plan p;
  LnInts kernel, bias;
  if (!plan(c, o, in->v[0], &p) || !kernel_shape(c, &p, &kernel)) return false;
  if (has_bias(o) && !bias_shape(c, o, &p, &bias)) return false;
  find_product(o, &p);
  return ln_layer_add_weight(
             c, self, &(LnWeight){.name = "kernel", .rank = (int)kernel.n, .shape = kernel.v,
                                  .initializer = o->kernel_initializer,
                                  .regularizer = o->kernel_regularizer,
                                  .constraint = o->kernel_constraint, .trainable = true}) &&
         (!has_bias(o) ||
          ln_layer_add_weight(
              c, self, &(LnWeight){.name = "bias", .rank = (int)bias.n, .shape = bias.v,
                                   .initializer = o->bias_initializer,
                                   .regularizer = o->bias_regularizer,
                                   .constraint = o->bias_constraint, .trainable = true}));
}

// Of an input without values: sizes may be unknown in several axes.
static LnTensor *output_like(LnContext *c, const EinsumDense *o, LnTensor *x) {
  Plan p;
  int64_t shape[LN_MAX_RANK];
  if (!plan(c, o, x, &p)) return NULL;
  const int n = (int)strlen(p.output);
  if (n > LN_MAX_RANK) {
    bad(c, &p, "has an output of too many axes");
    return NULL;
  }
  for (int i = 0; i < n; i++) shape[i] = p.size[(unsigned char)p.output[i]];
  return ln_temp(c, ln_tensor_meta(c, (LnDtype)x->dtype, n, shape));
}

// Whether x has the axes that the kernel was made for.
static bool is_product(const EinsumDense *o, const LnTensor *x, const LnTensor *kernel) {
  if (o->bound == 0 || x->rank <= o->bound || x->rank - o->bound + o->added > LN_MAX_RANK)
    return false;
  for (int i = 0; i < o->bound; i++)
    if (x->shape[x->rank - o->bound + i] != kernel->shape[i]) return false;
  return true;
}

// As a dense layer: bound and added axes are one each.
static LnTensor *product(LnContext *c, const EinsumDense *o, LnTensor *x) {
  LnTensor *kernel = ln_autocast(c, o->layer.variables[0]->value), *bias = NULL;
  if (has_bias(o)) bias = ln_autocast(c, o->layer.variables[1]->value);
  if (!kernel) return NULL;
  const int kept = x->rank - o->bound;
  int64_t in[LN_MAX_RANK], out[LN_MAX_RANK], bound = 1, added = 1;
  for (int i = 0; i < o->bound; i++) bound *= kernel->shape[i];
  for (int i = 0; i < kept; i++) in[i] = out[i] = x->shape[i];
  for (int i = 0; i < o->added; i++) {
    out[kept + i] = kernel->shape[o->bound + i];
    added *= out[kept + i];
  }
  in[kept] = bound;
  if (o->bound > 1) x = ln_reshape(c, x, kept + 1, in);
  if (kernel->rank > 2) kernel = ln_reshape(c, kernel, 2, (int64_t[]){bound, added});
  if (bias && bias->rank > 1) bias = ln_reshape(c, bias, 1, &added);
  const int fused = ln_activation_fused(o->activation);
  LnTensor *y = ln_dense(c, x, kernel, bias, fused);
  if (o->added > 1) y = ln_reshape(c, y, kept + o->added, out);
  return fused == LN_DENSE_LINEAR ? ln_activate(c, o->activation, y) : y;
}

static LnTensor *call(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args) {
  const EinsumDense *o = (const EinsumDense *)self;
  LnTensor *x = in->v[0], *y;
  (void)args;
  if (!x->meta && is_product(o, x, self->variables[0]->value)) {
    y = product(c, o, x);
    return ln_add_activity_loss(c, o->activity_regularizer, y) ? y : NULL;
  }
  if (x->meta) {
    y = output_like(c, o, x);
  } else {
    LnTensor *operands[2] = {x, ln_autocast(c, self->variables[0]->value)};
    y = ln_einsum(c, o->equation, operands, 2);
    if (has_bias(o)) y = ln_add(c, y, ln_autocast(c, self->variables[1]->value));
  }
  y = ln_activate(c, o->activation, y);
  return ln_add_activity_loss(c, o->activity_regularizer, y) ? y : NULL;
}

static void describe(const LnLayer *self, char *out, size_t size) {
  snprintf(out, size, "%s", ((const EinsumDense *)self)->equation);
}

static const LnOption options[] = {
    {"equation", LN_OPT_STRING, LN_FIELD(EinsumDense, equation), NULL,
     .doc = "\"input,kernel->output\": a letter an axis; \"...\" first or last for further axes"},
    {"output_shape", LN_OPT_SHAPE, LN_FIELD(EinsumDense, output_shape), NULL,
     .doc = "of the output's axes behind the batch and \"...\"; false: the input's size"},
    {"activation", LN_OPT_ACTIVATION, LN_FIELD(EinsumDense, activation), "none",
     .doc = "applied to the result: a name or a function of one tensor"},
    {"bias_axes", LN_OPT_STRING, LN_FIELD(EinsumDense, bias_axes), "none",
     .doc = "the output's axes that the bias has; none: no bias"},
    {"kernel_initializer", LN_OPT_INITIALIZER, LN_FIELD(EinsumDense, kernel_initializer),
     "glorot_uniform", .nullable = true, .doc = "of the kernel"},
    {"bias_initializer", LN_OPT_INITIALIZER, LN_FIELD(EinsumDense, bias_initializer), "zeros",
     .nullable = true, .doc = "of the bias"},
    {"kernel_regularizer", LN_OPT_REGULARIZER, LN_FIELD(EinsumDense, kernel_regularizer), "none",
     .doc = "adds to the loss by the kernel"},
    {"bias_regularizer", LN_OPT_REGULARIZER, LN_FIELD(EinsumDense, bias_regularizer), "none",
     .doc = "adds to the loss by the bias"},
    {"activity_regularizer", LN_OPT_REGULARIZER, LN_FIELD(EinsumDense, activity_regularizer),
     "none", .doc = "adds to the loss by the output, divided by the batch size"},
    {"kernel_constraint", LN_OPT_CONSTRAINT, LN_FIELD(EinsumDense, kernel_constraint), "none",
     .doc = "what the kernel is brought back to after each step"},
    {"bias_constraint", LN_OPT_CONSTRAINT, LN_FIELD(EinsumDense, bias_constraint), "none",
     .doc = "what the bias is brought back to after each step"},
    {0}};

static const LnLayerClass einsum_dense = {
    .base = {.kind = LN_LAYER, .name = "EinsumDense", .size = sizeof(EinsumDense),
             .options = options, .init = init,
             .doc = "activation(einsum(equation, x, kernel) + bias): a dense layer over any axes.\n"
                    "equation, output_shape; activation (none), bias_axes (none), "
                    "kernel_initializer\n(\"glorot_uniform\"), bias_initializer (\"zeros\"), "
                    "kernel_regularizer, bias_regularizer,\nactivity_regularizer, "
                    "kernel_constraint, bias_constraint (none).\n"
                    "Shapes: \"abc,cd->abd\" with output_shape {false, 64} makes (batch, steps, "
                    "64) of (batch, steps, in).\n"
                    "Errors: an equation that does not fit the input; sizes that must be known.\n"
                    "Example:\n"
                    "  local layer = ln.layers.EinsumDense{\"...x,xy->...y\", {2}, bias_axes = "
                    "\"y\"}\n"
                    "  layer(ln.ones{5, 3, 4}).shape  --> (5, 3, 2)\n"},
    .build = build, .call = call, .min_rank = 1, .describe = describe};

const LnLayerClass *const ln_layers_einsum_dense[] = {&einsum_dense, NULL};
