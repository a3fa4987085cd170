// Bidirectional: a recurrent layer over the sequence from its begin on, and one like it from its
// end on.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nn/layers/_recurrent.h"
#include "ops/ops.h"
#include "ops/slice.h"

typedef struct Bidirectional {
  LnLayer layer;
  LnRnn *forward, *backward;
  int merge;
} Bidirectional;

enum { CONCAT, SUM, AVE, MUL };   // -1: none, both are given

static bool is_recurrent(const LnLayer *l) {
  return ((const LnLayerClass *)l->base.cls)->kept == ln_rnn_kept;
}

// Another layer like l, called prefix and the rest of its name.
static LnRnn *copy(LnContext *c, Bidirectional *o, LnRnn *l, const char *prefix, bool backwards) {
  char name[300];
  const char *rest = l->layer.base.name ? l->layer.base.name : l->layer.base.cls->name;
  if (strncmp(rest, prefix, strlen(prefix)) == 0) rest += strlen(prefix);
  snprintf(name, sizeof name, "%s%s", prefix, rest);
  if (!c->calls) ln_fail(c, "Bidirectional is made in Lua");
  return c->calls ? (LnRnn *)c->calls->copy(c, &o->layer, &l->layer, name, backwards) : NULL;
}

static bool check_pair(LnContext *c, const LnRnn *a, const LnRnn *b) {
  if (a->go_backwards == b->go_backwards)
    return ln_fail(c, "Bidirectional: of layer and backward_layer one should have go_backwards, "
                   "both have %s", a->go_backwards ? "true" : "false");
  const char *differs = a->stateful != b->stateful ? "stateful"
                        : a->return_sequences != b->return_sequences ? "return_sequences"
                        : a->return_state != b->return_state ? "return_state" : NULL;
  return !differs || ln_fail(c, "Bidirectional: layer and backward_layer should have the same %s",
                             differs);
}

static bool init(LnContext *c, void *self) {
  Bidirectional *o = self;
  LnRnn *given = o->forward;
  const LnLayer *odd = !is_recurrent(&given->layer) ? &given->layer
                       : o->backward && !is_recurrent(&o->backward->layer) ? &o->backward->layer
                       : NULL;
  if (odd)
    return ln_fail(c, "Bidirectional: a recurrent layer (LSTM, GRU, RNN, ...) expected, got %s",
                   odd->base.cls->name);
  if (!(o->forward = copy(c, o, given, "forward_", false))) return o->forward = given, false;
  if (!o->backward) o->backward = copy(c, o, given, "backward_", true);
  ln_object_release(given);
  if (!o->backward || !check_pair(c, o->forward, o->backward)) return false;
  o->forward->zero_output_for_mask = o->forward->return_sequences;
  o->backward->zero_output_for_mask = o->backward->return_sequences;
  return true;
}

static bool build(LnContext *c, LnLayer *self, const LnTensors *in) {
  const Bidirectional *o = (const Bidirectional *)self;
  return (o->forward->layer.built || ln_layer_build(c, &o->forward->layer, in)) &&
         (o->backward->layer.built || ln_layer_build(c, &o->backward->layer, in));
}

static bool call_half(LnContext *c, LnRnn *l, const LnTensors *in, LnTensors states, bool training,
                      LnTensor **out, int max_out, int *n_out) {
  LnGiven given = {.tensors = states, .n = {(uint16_t)states.n}};
  return ln_layer_call(c, &l->layer, in, &(LnCallArgs){.training = training, .given = &given}, out,
                       max_out, n_out);
}

static LnTensor *merged(LnContext *c, int merge, LnTensor *y, LnTensor *back) {
  switch (merge) {
    case CONCAT: return ln_concatenate(c, (LnTensor *[]){y, back}, 2, -1);
    case SUM: return ln_add(c, y, back);
    case AVE: return ln_div_number(c, ln_add(c, y, back), 2);
    default: return ln_mul(c, y, back);
  }
}

static bool call(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args,
                 LnTensor **out, int max_out, int *n_out) {
  const Bidirectional *o = (const Bidirectional *)self;
  const LnTensors initial = ln_call_tensors(args, 0);
  const LnTensors first = {initial.n / 2, initial.v};
  const LnTensors second = {initial.n / 2, initial.n ? initial.v + first.n : NULL};
  LnTensor *ahead[LN_MAX_STATES + 1], *back[LN_MAX_STATES + 1];
  int n = 0, n_back = 0;
  if (initial.n % 2)
    return ln_fail(c, "initial_state: states of both directions expected, got %d tensors",
                   initial.n);
  if (!call_half(c, o->forward, in, first, args->training, ahead, LN_MAX_STATES + 1, &n) ||
      !call_half(c, o->backward, in, second, args->training, back, LN_MAX_STATES + 1, &n_back))
    return false;
  const int merges = o->merge >= 0, total = n + n_back - merges;
  if (total > max_out)
    return ln_fail(c, "it gives %d outputs, where at most %d are taken", total, max_out);
  LnTensor *y = ln_cast(c, ahead[0], (LnDtype)self->dtype.compute);
  LnTensor *y_back = ln_cast(c, back[0], (LnDtype)self->dtype.compute);
  // Its outputs come in the order of its steps. (Of a shape alone they have none.)
  if (y_back && o->forward->return_sequences && !y_back->meta)
    y_back = ln_slice(c, y_back, &(LnSlice){.n = 2, .start = {0, y_back->shape[1] - 1},
                                            .count = {y_back->shape[0], y_back->shape[1]},
                                            .step = {1, -1}});
  if (!y || !y_back) return false;
  *n_out = 0;
  if (merges) {
    out[(*n_out)++] = merged(c, o->merge, y, y_back);
  } else {
    out[(*n_out)++] = y;
    if (o->forward->return_sequences) y_back = ln_masked(c, y_back, in->v[0]->mask);
    out[(*n_out)++] = y_back;
  }
  for (int i = 1; i < n; i++) out[(*n_out)++] = ahead[i];
  for (int i = 1; i < n_back; i++) out[(*n_out)++] = back[i];
  return !c->err.set;
}

static bool compute_mask(LnContext *c, LnLayer *self, const LnTensors *in, LnTensor **mask) {
  return ln_rnn_compute_mask(c, &((const Bidirectional *)self)->forward->layer, in, mask);
}

static void describe(const LnLayer *self, char *out, size_t size) {
  snprintf(out, size, "%s", ((const Bidirectional *)self)->forward->layer.base.name);
}

static const LnOption options[] = {
    {"layer", LN_OPT_LAYER, LN_FIELD(Bidirectional, forward), NULL,
     .doc = "a recurrent layer; layers like it, with weights of their own, do the work"},
    {"merge_mode", LN_OPT_CHOICE, LN_FIELD(Bidirectional, merge), "concat",
     .choices = "concat sum ave mul", .nullable = true,
     .doc = "how the outputs of both become one; none: both are given"},
    {"backward_layer", LN_OPT_LAYER, LN_FIELD(Bidirectional, backward), "none",
     .doc = "what goes backwards, instead of one like layer"},
    {0}};

static const LnLayerClass bidirectional = {
    .base = {.kind = LN_LAYER, .name = "Bidirectional", .size = sizeof(Bidirectional),
             .options = options, .init = init,
             .doc = "Two recurrent layers over (batch, steps, ..), one from the first step on, the "
                    "other from the last.\n"
                    "layer; merge_mode (\"concat\", along the last axis, \"sum\", \"ave\", "
                    "\"mul\", or false: two outputs),\nbackward_layer (like layer, with "
                    "go_backwards). With return_sequences the outputs of both are in the\norder of "
                    "the sequence, and 0 where it is masked; with return_state the states of the "
                    "first and of\nthe second come after the output.\n"
                    "Options of the call: initial_state (the states of both), mask, training.\n"
                    "Errors: a layer that is not recurrent; a backward_layer that goes the same "
                    "way or returns something\nelse.\n"
                    "Example:\n"
                    "  local layer = ln.layers.Bidirectional(ln.layers.LSTM(4))\n"
                    "  layer(ln.ones{2, 5, 3}).shape  --> (2, 8)\n"},
    .build = build, .call_all = call, .compute_mask = compute_mask, .min_rank = 3,
    .arguments = ln_rnn_arguments, .parts = "forward_*:forward_layer", .describe = describe};

const LnLayerClass *const ln_layers_bidirectional[] = {&bidirectional, NULL};
