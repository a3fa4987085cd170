// SpectralNormalization (Miyato et al. 2018): a layer around one whose kernel is divided by its
// largest singular value at each step of training, so that it changes distances by at most 1.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "nn/nn.h"
#include "ops/ops.h"

typedef struct Spectral {
  LnLayer base;
  LnLayer *layer;
  int64_t power_iterations;
} Spectral;

// The variable that is normalized, NULL when there is none.
static LnVariable *kernel_of(const LnLayer *layer) {
  for (int i = 0; i < layer->n_variables; i++) {
    LnVariable *v = layer->variables[i];
    if (strcmp(v->name, "kernel") == 0 || strcmp(v->name, "embeddings") == 0) return v;
  }
  return NULL;
}

static bool build(LnContext *c, LnLayer *self, const LnTensors *in) {
  LnLayer *layer = ((const Spectral *)self)->layer;
  if (!layer->built && !ln_layer_build(c, layer, in)) return false;
  LnVariable *kernel = kernel_of(layer);
  if (!kernel)
    return ln_fail(c, "a layer with a kernel or embeddings is wanted, %s has none",
                   layer->base.cls->name);
  const int64_t shape[2] = {1, kernel->value->shape[kernel->value->rank - 1]};
  LnObject *normal = ln_object_by_name(c, LN_INITIALIZER, "truncated_normal");
  const LnWeight w = {.name = "vector_u", .rank = 2, .shape = shape, .initializer = normal,
                      .as_it_is = true};
  // In Keras the kernel is a weight of both, and in its files.
  LnVariable *u = normal && ln_layer_add_variable(c, self, kernel)
                      ? ln_layer_add_weight(c, self, &w) : NULL;
  ln_object_release(normal);
  // Drawn with deviation 0.05, wanted with 0.02.
  return u && ln_tensor_assign(c, u->value, ln_mul_number(c, u->value, 0.4));
}

// x / |x|, 0 of 0.
static LnTensor *unit(LnContext *c, LnTensor *x) {
  LnTensor *norm = ln_rsqrt(c, ln_sum(c, ln_square(c, x), LN_NONE, false));
  return ln_mul(c, x, ln_clip(c, norm, -INFINITY, 1e7));
}

// The kernel over its largest singular value, by power iteration from the vector of last time. One
// that is 0 stays, and the vector with it.
static bool normalize(LnContext *c, const Spectral *o) {
  LnTensor *kernel = o->base.variables[0]->value, *place = o->base.variables[1]->value, *v = NULL;
  const int64_t n = kernel->shape[kernel->rank - 1];
  LnTensor *w = ln_reshape(c, kernel, 2, (int64_t[]){-1, n}), *u = place;
  for (int64_t i = 0; i < o->power_iterations; i++) {   // u is (1, n), v (1, m), w (m, n)
    v = unit(c, ln_matmul(c, u, ln_transpose(c, w)));
    u = unit(c, ln_matmul(c, v, w));
  }
  LnTensor *sigma = ln_matmul(c, ln_matmul(c, v, w), ln_transpose(c, u));
  LnTensor *some = ln_any(c, ln_cast(c, w, LN_BOOL), LN_NONE, false);
  sigma = ln_reshape(c, sigma, 0, NULL);
  return ln_assign(c, place, ln_where(c, some, u, place)) &&
         ln_assign(c, kernel, ln_where(c, some, ln_div(c, kernel, sigma), kernel));
}

static bool call(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args,
                 LnTensor **out, int max_out, int *n_out) {
  const Spectral *o = (const Spectral *)self;
  if (args->training) {
    c->no_record++;   // no gradient passes through it
    bool done = normalize(c, o);
    c->no_record--;
    if (!done) return false;
  }
  return ln_layer_call(c, o->layer, in, args, out, max_out, n_out);
}

static void describe(const LnLayer *self, char *out, size_t size) {
  const LnLayer *layer = ((const Spectral *)self)->layer;
  snprintf(out, size, "%s", layer->base.name ? layer->base.name : layer->base.cls->name);
}

static const LnOption options[] = {
    {"layer", LN_OPT_LAYER, LN_FIELD(Spectral, layer), NULL,
     .doc = "the layer inside, which has a kernel or embeddings"},
    {"power_iterations", LN_OPT_INTEGER, LN_FIELD(Spectral, power_iterations), "1", ">= 1",
     .doc = "how many times the singular vector is improved in each step"},
    {0}};

static const LnLayerClass spectral = {
    .base = {.kind = LN_LAYER, .name = "SpectralNormalization", .size = sizeof(Spectral),
             .options = options,
             .doc = "Divides the kernel (or embeddings) of a layer by its largest singular value "
                    "before each call in training,\nand calls the layer, whose shapes it has.\n"
                    "layer; power_iterations (1).\n"
                    "Weights: the layer's kernel, and, not trained, vector_u (1, last size of the "
                    "kernel),\nthe singular vector so far.\n"
                    "Error: a layer without a kernel.\n"
                    "Example:\n"
                    "  local dense = ln.layers.Dense{1, kernel_initializer = \"ones\"}\n"
                    "  local layer = ln.layers.SpectralNormalization(dense)\n"
                    "  layer(ln.ones{1, 4}, {training = true}):round{decimals = 4}  --> [[2.]]\n"},
    .build = build, .call_all = call, .min_rank = 1, .keeps_dtype = true, .describe = describe};

const LnLayerClass *const ln_layers_spectral_normalization[] = {&spectral, NULL};
