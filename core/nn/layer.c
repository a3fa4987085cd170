// Layers in general: calling, building, shapes, weights, losses on the side. What one class does is
// in core/nn/layers/; what every layer goes through is here.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nn/nn.h"
#include "nn/operation.h"
#include "ops/ops.h"

static const LnLayerClass *class_of(const LnLayer *l) { return (const LnLayerClass *)l->base.cls; }

static const char *name_of(const LnLayer *l) {
  return l->base.name ? l->base.name : l->base.cls->name;
}

// "in layer 'dense_2': ..."; a container's turn makes it "in layer 'dense_2' of 'sequential': ...".
static bool add_path(LnContext *c, const LnLayer *l) {
  static const char start[] = "in layer '";
  if (!c->err.set) ln_fail(c, "the call failed");
  char *text = c->err.text;
  char *quote = strncmp(text, start, sizeof start - 1) == 0 ? strstr(text, "': ") : NULL;
  if (!quote) {
    ln_fail_within(c, "%s%s'", start, name_of(l));
    return false;
  }
  char within[200];
  snprintf(within, sizeof within, " of '%.150s'", name_of(l));
  size_t at = (size_t)(quote + 1 - text), n = strlen(within), room = sizeof c->err.text - 1;
  if (at + n >= room) return false;
  size_t rest = strlen(text + at);
  if (at + n + rest > room) rest = room - at - n;
  memmove(text + at + n, text + at, rest);
  memcpy(text + at, within, n);
  text[at + n + rest] = '\0';
  return false;
}

// ---- losses on the side

void ln_losses_clear(LnContext *c) {
  while (c->n_losses > 0) ln_release(c->losses[--c->n_losses]);
  free(c->losses);
  free(c->loss_layers);
  c->losses = NULL;
  c->loss_layers = NULL;
  c->cap_losses = 0;
}

bool ln_add_loss(LnContext *c, LnTensor *scalar) {
  if (!scalar) return false;
  if (scalar->size != 1)
    return ln_fail(c, "a loss that is added must be a scalar, got shape %s",
                   ln_tensor_shape_text(scalar));
  if (scalar->meta) return true;
  if (scalar->rank > 0 && !(scalar = ln_reshape(c, scalar, 0, NULL))) return false;
  if (c->n_losses == c->cap_losses) {
    size_t cap = c->cap_losses ? 2 * c->cap_losses : 8;
    LnTensor **grown = realloc(c->losses, cap * sizeof *grown);
    if (grown) c->losses = grown;
    const void **layers = realloc(c->loss_layers, cap * sizeof *layers);
    if (layers) c->loss_layers = layers;
    if (!grown || !layers) return ln_fail(c, "out of memory");
    c->cap_losses = cap;
  }
  c->loss_layers[c->n_losses] = c->layer;
  c->losses[c->n_losses++] = ln_retain(scalar);
  return true;
}

static bool contains(const LnLayer *l, const void *layer) {
  bool found = l == layer;
  for (int i = 0; !found && i < l->n_children; i++) found = contains(l->children[i], layer);
  return found;
}

int ln_layer_losses(LnContext *c, LnLayer *l, LnTensor **out, int max) {
  int n = 0, n_variables = ln_layer_trainable_variables(l, NULL, 0);
  LnVariable **v = malloc((size_t)(n_variables + 1) * sizeof *v);
  if (!v) {
    ln_fail(c, "out of memory");
    return -1;
  }
  for (size_t i = 0; i < c->n_losses && n < max; i++)
    if (contains(l, c->loss_layers[i])) out[n++] = c->losses[i];
  ln_layer_trainable_variables(l, v, n_variables);
  for (int i = 0; i < n_variables && n < max; i++) {
    if (!v[i]->regularizer) continue;
    out[n] = ln_regularize(c, v[i]->regularizer, v[i]->value);
    if (!out[n++]) break;
  }
  free(v);
  return c->err.set ? -1 : n;
}

bool ln_add_activity_loss(LnContext *c, LnObject *regularizer, LnTensor *y) {
  if (!y) return false;
  if (!regularizer) return true;
  double batch = y->rank > 0 && y->shape[0] > 0 ? (double)y->shape[0] : 1;
  return ln_add_loss(c, ln_div_number(c, ln_regularize(c, regularizer, y), batch));
}

// ---- weights

// What makes weights and builds layers is no part of what is recorded, and needs its values at
// once. Returns who records, to go on afterwards.
static LnRecorder *pause_recording(LnContext *c) {
  LnRecorder *recorder = c->recorder;
  c->recorder = NULL;
  c->no_record++;
  return recorder;
}

static void resume_recording(LnContext *c, LnRecorder *recorder) {
  c->recorder = recorder;
  c->no_record--;
}

static LnTensor *initial_value(LnContext *c, LnDtype d, int rank, const int64_t *shape,
                               LnObject *initializer) {
  LnTensor *t = ln_tensor_new(c, d, rank, shape);
  if (!t) return NULL;
  bool done;
  if (initializer) {
    done = ln_initialize(c, initializer, t);
  } else if (rank >= 2 && ln_dtype_is_float(d)) {
    LnObject *glorot = c->make(c, LN_INITIALIZER, "glorot_uniform");
    done = glorot && ln_initialize(c, glorot, t);
    ln_object_release(glorot);
  } else {
    ln_tensor_fill(t, 0);
    done = true;
  }
  if (done) return t;
  ln_release(t);
  return NULL;
}

// Configs of files say sizes that nobody can believe: while one is read, weights have a limit, and
// it is looked at before anything is allocated.
static bool take_room(LnContext *c, LnDtype d, const char *name, int rank, const int64_t *shape) {
  double bytes = (double)ln_dtype_size(d);
  for (int i = 0; i < rank; i++) bytes *= (double)shape[i];
  if (c->weights_limited && bytes > c->weight_room)
    return ln_fail(c, "weight '%s' of shape %s would take %.0f bytes, there is room for %.0f", name,
                   ln_shape_text(shape, rank), bytes, c->weight_room);
  c->weight_room -= bytes;
  return true;
}

LnVariable *ln_layer_add_weight(LnContext *c, LnLayer *self, const LnWeight *w) {
  LnDtype d = (LnDtype)self->dtype.variable;
  if (w->dtype && !ln_dtype_from_name(w->dtype, &d)) {
    ln_fail(c, "weight '%s': there is no dtype '%s'", w->name, w->dtype);
    return NULL;
  }
  for (int i = 0; i < w->rank; i++)
    if (w->shape[i] < 0) {
      ln_fail(c, "weight '%s' would have shape %s: the input's size must be known there", w->name,
              ln_shape_text(w->shape, w->rank));
      return NULL;
    }
  if (!take_room(c, d, w->name, w->rank, w->shape)) return NULL;
  LnVariable **grown = realloc(self->variables, (size_t)(self->n_variables + 1) * sizeof *grown);
  if (grown) self->variables = grown;
  size_t length = strlen(w->name) + 1;
  LnVariable *v = grown ? calloc(1, sizeof *v) : NULL;
  if (v) v->name = malloc(length);
  if (!v || !v->name) {
    free(v);
    ln_fail(c, "out of memory");
    return NULL;
  }
  memcpy(v->name, w->name, length);
  size_t room = strlen(name_of(self)) + 1 + length;
  v->path = malloc(room);
  if (v->path) snprintf(v->path, room, "%s/%s", name_of(self), w->name);
  v->refs = 1;
  v->trainable = w->trainable;
  LnRecorder *recorder = pause_recording(c);
  v->value = initial_value(c, d, w->rank, w->shape, w->initializer);
  resume_recording(c, recorder);
  if (!v->value) {
    ln_variable_release(v);
    ln_fail_within(c, "weight '%s'", w->name);
    return NULL;
  }
  v->value->tracked = w->trainable && ln_dtype_is_float(d);
  v->value->state = w->as_it_is ? LN_STATE_AS_IS : LN_STATE;
  v->regularizer = ln_object_retain(w->regularizer);
  v->constraint = ln_object_retain(w->constraint);
  ln_generation++;
  return self->variables[self->n_variables++] = v;
}

LnDtype ln_autocast_dtype(const LnContext *c, const LnTensor *t) {
  bool cast = t->state == LN_STATE && ln_dtype_is_float((LnDtype)t->dtype) && ln_autocasts(c);
  return (LnDtype)(cast ? ((const LnLayer *)c->layer)->dtype.compute : t->dtype);
}

LnTensor *ln_autocast_now(LnContext *c, LnTensor *t) {
  return t ? ln_cast(c, t, ln_autocast_dtype(c, t)) : NULL;
}

// Every walk has a number of its own; what it has met carries that number. One count serves the Lua
// states of all threads.
static _Atomic uint64_t walks;

// Walks over l's variables as Keras lists them: trainable, then others, then the children's.
typedef struct Walk {
  LnVariable **out;
  int n, max;
  bool trainable_only;
  uint64_t mark;
} Walk;

static void walk(LnLayer *l, Walk *w) {
  if ((w->trainable_only && !l->trainable) || l->mark == w->mark) return;
  l->mark = w->mark;
  for (int pass = 1; pass >= (w->trainable_only ? 1 : 0); pass--)
    for (int i = 0; i < l->n_variables; i++) {
      LnVariable *v = l->variables[i];
      if (v->trainable != pass || v->mark == w->mark) continue;
      v->mark = w->mark;
      if (w->n < w->max) w->out[w->n] = v;
      w->n++;
    }
  for (int i = 0; i < l->n_children; i++) walk(l->children[i], w);
}

static int list(LnLayer *l, LnVariable **out, int max, bool trainable_only) {
  Walk w = {out, 0, out ? max : 0, trainable_only, ++walks};
  walk(l, &w);
  return w.n;
}

int ln_layer_variables(LnLayer *l, LnVariable **out, int max) { return list(l, out, max, false); }

int ln_layer_trainable_variables(LnLayer *l, LnVariable **out, int max) {
  return list(l, out, max, true);
}

// ---- building

bool ln_layer_check_axis(LnContext *c, const LnLayer *l, const LnTensor *x, int axis) {
  int built_rank = (int)l->built_shape.n;
  if (!l->built || built_rank <= 0) return true;
  int built_axis = axis < 0 ? axis + built_rank : axis, x_axis = axis < 0 ? axis + x->rank : axis;
  if (built_axis < 0 || built_axis >= built_rank) return true;
  int64_t size = l->built_shape.v[built_axis];
  if (size < 0 || (x_axis >= 0 && x_axis < x->rank && ln_dims_fit(x->shape[x_axis], size)))
    return true;
  return ln_fail(c, "expected axis %d of the input to be %lld, got shape %s",
                 axis < 0 ? axis : axis + 1, (long long)size, ln_tensor_shape_text(x));
}

static bool check_inputs(LnContext *c, const LnLayer *l, const LnTensors *in) {
  const LnLayerClass *cls = class_of(l);
  if (c->err.set) return false;
  for (int i = 0; i < in->n; i++)
    if (!in->v[i]) return ln_fail(c, "input %d is missing", i + 1);
  if (!cls->call && !cls->call_all) return true;  // Lua's own takes what it likes
  int min = cls->min_in, max = cls->max_in;
  if (min == 0 && max == 0) min = max = 1;
  if (in->n < min || (max >= 0 && in->n > max)) {
    if (min == max)
      return ln_fail(c, "expected %d input%s, got %d", min, min == 1 ? "" : "s", in->n);
    if (in->n < min && cls->inputs)
      return ln_fail(c, "expected at least %d inputs (of %s), got %d", min, cls->inputs, in->n);
    if (in->n < min) return ln_fail(c, "expected at least %d inputs, got %d", min, in->n);
    return ln_fail(c, "expected at most %d inputs, got %d", max, in->n);
  }
  if (in->n == 0) return true;
  const LnTensor *x = in->v[0];
  if (cls->min_rank && x->rank < cls->min_rank)
    return ln_fail(c, "expected an input of rank %s%d, got shape %s",
                   cls->max_rank == cls->min_rank ? "" : "at least ", cls->min_rank,
                   ln_tensor_shape_text(x));
  if (cls->max_rank && x->rank > cls->max_rank)
    return ln_fail(c, "expected an input of rank %s%d, got shape %s",
                   cls->max_rank == cls->min_rank ? "" : "at most ", cls->max_rank,
                   ln_tensor_shape_text(x));
  return !cls->fixed_last || ln_layer_check_axis(c, l, x, -1);
}

// What a layer had before it was built.
typedef struct LnBuilt {
  LnLayer *layer;
  int variables, children;
} LnBuilt;

static void unbuild(const LnBuilt *b) {
  LnLayer *l = b->layer;
  while (l->n_variables > b->variables) ln_variable_release(l->variables[--l->n_variables]);
  while (l->n_children > b->children) ln_object_release(l->children[--l->n_children]);
  l->built = false;
  ln_generation++;
}

static bool note_built(LnContext *c, const LnBuilt *b) {
  if (c->n_built == c->cap_built) {
    size_t cap = c->cap_built ? 2 * c->cap_built : 16;
    LnBuilt *grown = realloc(c->built, cap * sizeof *grown);
    if (!grown) return ln_fail(c, "out of memory");
    c->built = grown;
    c->cap_built = cap;
  }
  c->built[c->n_built++] = *b;
  ln_object_retain(b->layer);
  return true;
}

void ln_layer_leave(LnContext *c, const void *outer, size_t before, bool done) {
  c->layer = outer;
  for (size_t keep = done && outer ? c->n_built : done ? 0 : before; c->n_built > keep;) {
    const LnBuilt *b = &c->built[--c->n_built];
    if (!done) unbuild(b);
    ln_object_release(b->layer);
  }
}

static bool leave(LnContext *c, const LnLayer *l, const void *outer, size_t before, bool done) {
  ln_layer_leave(c, outer, before, done);
  return done || add_path(c, l);
}

// A build that fails leaves the layer without the weights and parts that it had made.
static bool build(LnContext *c, LnLayer *l, const LnTensors *in) {
  if (l->built) return true;
  const LnBuilt before = {l, l->n_variables, l->n_children};
  int n_out = 0;
  bool done = true;
  if (l->building) return ln_fail(c, "it is called while it is being built");
  LnInts *more = in->n > 1 ? malloc((size_t)(in->n - 1) * sizeof *more) : NULL;
  if (in->n > 1 && !more) return ln_fail(c, "out of memory");
  LnRecorder *recorder = pause_recording(c);
  l->building = true;
  if ((l->base.lua || l->base.lua_build) && c->calls)
    done = c->calls->call(c, &l->base, "build", in, NULL, NULL, 0, &n_out);
  if (done && !l->base.lua_build && class_of(l)->build) done = class_of(l)->build(c, l, in);
  l->building = false;
  resume_recording(c, recorder);
  if (!done || c->err.set || !note_built(c, &before)) {
    unbuild(&before);
    free(more);
    return false;
  }
  l->built = true;
  l->built_shape.n = -1;
  for (int k = 0; k < in->n; k++) {
    LnInts *shape = k == 0 ? &l->built_shape : &more[k - 1];
    shape->n = in->v[k]->rank;
    for (int i = 0; i < shape->n; i++) shape->v[i] = i == 0 ? -1 : in->v[k]->shape[i];
  }
  free(l->more_shapes);
  l->more_shapes = more;
  l->n_more = in->n > 1 ? in->n - 1 : 0;
  ln_generation++;
  return true;
}

bool ln_layer_build(LnContext *c, LnLayer *l, const LnTensors *in) {
  const void *outer = c->layer;
  size_t before = c->n_built;
  c->layer = l;
  return leave(c, l, outer, before, check_inputs(c, l, in) && build(c, l, in));
}

// ---- calling

static const LnCallArgs no_args;

const LnArgument *ln_layer_arguments(const LnLayer *l) {
  return l->lua_arguments ? l->lua_arguments : class_of(l)->arguments;
}

LnTensors ln_call_tensors(const LnCallArgs *args, int i) {
  LnTensors list = {0, NULL};
  if (!args->given) return list;
  int first = 0;
  for (int k = 0; k < i; k++) first += args->given->n[k];
  list.n = args->given->n[i];
  list.v = args->given->tensors.v + first;
  return list;
}

LnTensor *ln_call_tensor(const LnCallArgs *args, int i) {
  LnTensors list = ln_call_tensors(args, i);
  return list.n > 0 ? list.v[0] : NULL;
}

bool ln_call_flag(const LnCallArgs *args, int i) { return args->given && args->given->flag[i]; }

// What is required is there.
static bool check_arguments(LnContext *c, const LnLayer *l, const LnCallArgs *args) {
  const LnArgument *list = ln_layer_arguments(l);
  for (int i = 0; list && list[i].name; i++) {
    if (!list[i].required || (args->given && args->given->n[i] > 0)) continue;
    return ln_fail(c, "its call takes '%s' besides the inputs (%s), which is missing: "
                   "layer(x, {%s = ...})", list[i].name,
                   list[i].kind == LN_ARG_TENSORS ? "a list of tensors" : "a tensor", list[i].name);
  }
  return true;
}

static bool run_builtin(LnContext *c, LnLayer *l, const LnTensors *in, const LnCallArgs *args,
                        LnTensor **out, int max_out, int *n_out) {
  const LnLayerClass *cls = class_of(l);
  if (cls->call_all) return cls->call_all(c, l, in, args, out, max_out, n_out);
  if (!cls->call) return ln_fail(c, "it does not define call(x, options)");
  *n_out = 1;
  return (out[0] = cls->call(c, l, in, args)) != NULL;
}

// What a Lua layer that says its output's shape gives for inputs without values.
static bool run_symbolic(LnContext *c, LnLayer *l, const LnTensors *in, LnTensor **out, int max_out,
                         int *n_out) {
  LnInts *shapes = malloc((size_t)(in->n + max_out) * sizeof *shapes);
  if (!shapes) return ln_fail(c, "out of memory");
  for (int i = 0; i < in->n; i++) {
    shapes[i].n = in->v[i]->rank;
    memcpy(shapes[i].v, in->v[i]->shape, sizeof shapes[i].v);
  }
  LnInts *y = shapes + in->n;
  bool done = c->calls->shape(c, l, in->n, shapes, y, max_out, n_out);
  for (int i = 0; done && i < *n_out; i++) {
    out[i] = ln_temp(c, ln_tensor_meta(c, (LnDtype)l->dtype.compute, (int)y[i].n, y[i].v));
    done = out[i] != NULL;
  }
  free(shapes);
  return done;
}

static bool run(LnContext *c, LnLayer *l, const LnTensors *in, const LnCallArgs *args,
                LnTensor **out, int max_out, int *n_out) {
  if (!build(c, l, in)) return false;
  *n_out = 0;
  if (l->base.lua_shape && c->calls && in->n > 0 && in->v[0]->meta)
    return run_symbolic(c, l, in, out, max_out, n_out);
  if (l->base.lua && c->calls)
    return c->calls->call(c, &l->base, "call", in, args, out, max_out, n_out);
  return run_builtin(c, l, in, args, out, max_out, n_out);
}

bool ln_layer_call_builtin(LnContext *c, LnLayer *l, const LnTensors *in, const LnCallArgs *args,
                           LnTensor **out, int max_out, int *n_out) {
  *n_out = 0;
  if (!check_inputs(c, l, in) || !build(c, l, in)) return false;
  LnCallArgs call_args = args ? *args : no_args;
  if (!check_arguments(c, l, &call_args)) return false;
  if (in->n > 0 && !call_args.mask) call_args.mask = in->v[0]->mask;
  return run_builtin(c, l, in, &call_args, out, max_out, n_out);
}

// Inputs as the layer computes them: integers and bools, and floats of another width, are cast.
static bool is_cast(const LnLayer *l, LnDtype from) {
  const LnLayerClass *cls = class_of(l);
  const LnDtype d = (LnDtype)l->dtype.compute;
  if (from == d || cls->takes_ids || !ln_dtype_is_float(d)) return false;
  // Lua's own gets integers as they are.
  if (!ln_dtype_is_float(from)) return !cls->keeps_dtype && (cls->call || cls->call_all);
  if (!cls->keeps_dtype) return true;
  // Models and ops compute in whatever comes.
  return (l->base.lua || !(cls->model || cls == ln_operation_class)) &&
         (ln_dtype_is_half(d) || ln_dtype_is_half(from));
}

static bool cast_inputs(LnContext *c, const LnLayer *l, const LnTensors *in, LnTensor **v) {
  for (int i = 0; i < in->n; i++) {
    v[i] = in->v[i];
    if (is_cast(l, (LnDtype)v[i]->dtype)) v[i] = ln_cast(c, v[i], (LnDtype)l->dtype.compute);
    if (!v[i]) return false;
    if (v[i] != in->v[i]) ln_tensor_set_mask(v[i], in->v[i]->mask);
  }
  return true;
}

// Floats among the tensors of arguments, as the inputs: `cast` gets the arguments with those.
static bool cast_given(LnContext *c, const LnLayer *l, const LnGiven *given, LnGiven *cast,
                       LnTensor **v) {
  *cast = *given;
  cast->tensors.v = v;
  const LnDtype d = (LnDtype)l->dtype.compute;
  for (int i = 0; i < given->tensors.n; i++) {
    LnTensor *t = given->tensors.v[i];
    v[i] = t;
    if (!ln_dtype_is_float((LnDtype)t->dtype) || !is_cast(l, (LnDtype)t->dtype)) continue;
    if (!(v[i] = ln_cast(c, t, d))) return false;
    ln_tensor_set_mask(v[i], t->mask);
  }
  return true;
}

// ---- masks: they belong to tensors, and go from layer to layer with them

static bool any_mask(const LnTensors *in) {
  for (int i = 0; i < in->n; i++)
    if (in->v[i]->mask) return true;
  return false;
}

// t with a mask; a view of it where others have it too.
static LnTensor *with_mask(LnContext *c, LnTensor *t, LnTensor *mask, bool shared) {
  if (t->mask == mask || (shared && !(t = ln_identity(c, t)))) return t;
  ln_tensor_set_mask(t, mask);
  return t;
}

LnTensor *ln_masked(LnContext *c, LnTensor *x, LnTensor *mask) {
  return with_mask(c, x, mask, true);
}

static void warn_of_mask(LnContext *c, LnLayer *l) {
  if (l->warned || !c->calls) return;
  l->warned = true;
  char text[400];
  snprintf(text, sizeof text, "layer '%.100s' (%.60s) got an input with a mask, which it does not "
           "support: layers after it do not see the mask", name_of(l), l->base.cls->name);
  c->calls->warn(c, text);
}

// Masks of the outputs, borrowed, NULL where there is none: what the built-in class says.
static bool builtin_masks(LnContext *c, LnLayer *l, const LnTensors *in, LnTensor **masks, int n) {
  for (int i = 0; i < n; i++) masks[i] = NULL;
  if (class_of(l)->compute_mask) return class_of(l)->compute_mask(c, l, in, masks);
  for (int i = 0; i < n && i < in->n; i++) masks[i] = in->v[i]->mask;
  return true;
}

static bool compute_masks(LnContext *c, LnLayer *l, const LnTensors *in, LnTensor **masks, int n) {
  if (!l->base.lua_mask || !c->calls) return builtin_masks(c, l, in, masks, n);
  for (int i = 0; i < n; i++) masks[i] = NULL;
  return c->calls->mask(c, l, in, masks, n);
}

// Outputs that have their masks already got them on the way: those of a model's last layers.
static bool mask_outputs(LnContext *c, LnLayer *l, const LnTensors *in, LnTensor **out, int n) {
  const LnLayerClass *cls = class_of(l);
  const bool computes = l->base.lua_mask || cls->compute_mask;
  if (!l->base.lua && (cls->model || cls == ln_operation_class)) return true;   // ops have no masks
  if (!any_mask(in) && !computes) return true;
  if (!l->supports_masking && any_mask(in)) warn_of_mask(c, l);
  LnTensor *inline_masks[8], **masks = n <= 8 ? inline_masks : malloc((size_t)n * sizeof *masks);
  if (!masks) return ln_fail(c, "out of memory");
  bool done = true;
  if (l->supports_masking) done = compute_masks(c, l, in, masks, n);
  else
    for (int i = 0; i < n; i++) masks[i] = NULL;
  for (int i = 0; done && i < n; i++) {
    bool given = false;   // an input that is handed on brings a mask that is not the output's
    for (int k = 0; k < in->n; k++) given = given || out[i] == in->v[k];
    if (out[i]->mask && !given) continue;
    done = (out[i] = with_mask(c, out[i], masks[i], given || l->base.lua)) != NULL;
  }
  if (masks != inline_masks) free(masks);
  return done && !c->err.set;
}

static bool call(LnContext *c, LnLayer *l, const LnTensors *in, const LnCallArgs *args,
                 LnTensor **out, int max_out, int *n_out) {
  LnCallArgs call_args = args ? *args : no_args;
  if (!check_inputs(c, l, in) || !check_arguments(c, l, &call_args)) return false;
  const int n_given = call_args.given ? call_args.given->tensors.n : 0;
  LnTensor *small[8], **v = small;
  LnGiven given;
  if (in->n + n_given > 8 && !(v = malloc((size_t)(in->n + n_given) * sizeof *v)))
    return ln_fail(c, "out of memory");
  size_t scope = ln_scope(c);
  const LnTensors inputs = {in->n, v};
  bool done = cast_inputs(c, l, in, v);
  if (done && call_args.given) {
    done = cast_given(c, l, call_args.given, &given, v + in->n);
    call_args.given = &given;
  }
  if (done && call_args.mask && in->n > 0)
    done = (v[0] = ln_masked(c, v[0], call_args.mask)) != NULL;
  call_args.mask = done && in->n > 0 ? v[0]->mask : NULL;
  done = done && run(c, l, &inputs, &call_args, out, max_out, n_out) && !c->err.set &&
         mask_outputs(c, l, &inputs, out, *n_out);
  if (v != small) free(v);
  if (!done) {
    ln_scope_end(c, scope);
    return false;
  }
  if (*n_out == 1) return (out[0] = ln_scope_return(c, scope, out[0])) != NULL;
  for (int i = 0; i < *n_out; i++) ln_retain(out[i]);
  ln_scope_end(c, scope);
  for (int i = 0; i < *n_out; i++) done = ln_temp(c, out[i]) && done;
  return done;
}

bool ln_layer_call(LnContext *c, LnLayer *l, const LnTensors *in, const LnCallArgs *args,
                   LnTensor **out, int max_out, int *n_out) {
  const void *outer = c->layer;
  if (!outer && c->n_losses > 0) ln_losses_clear(c);
  c->layer = l;
  size_t before = c->n_built;
  return leave(c, l, outer, before, call(c, l, in, args, out, max_out, n_out));
}

LnTensor *ln_layer_call1(LnContext *c, LnLayer *l, LnTensor *x, const LnCallArgs *args) {
  LnTensor *out[1];
  int n = 0;
  if (!x || !ln_layer_call(c, l, &(LnTensors){1, &x}, args, out, 1, &n)) return NULL;
  if (n == 1) return out[0];
  ln_fail(c, "layer '%s' gave %d outputs where one is needed", name_of(l), n);
  return NULL;
}

bool ln_layer_compute_mask(LnContext *c, LnLayer *l, const LnTensors *in, LnTensor **mask) {
  int n = 0;
  // Lua's compute_mask that calls up comes here too.
  if (!class_of(l)->model || l->base.lua_mask) return builtin_masks(c, l, in, mask, 1);
  if (!ln_layer_call(c, l, in, &no_args, mask, 1, &n)) return false;
  *mask = mask[0]->mask;
  return true;
}

// ---- shapes

static LnTensor *symbol(LnContext *c, const LnLayer *l, const LnSymbol *of) {
  LnDtype d = (LnDtype)(of->dtype < 0 ? l->dtype.compute : of->dtype);
  if (of->dtype == LN_STRING) {
    ln_fail(c, "in layer '%s': it takes numbers, and got strings: a layer that takes strings comes "
            "first, as TextVectorization or StringLookup", l->base.name);
    return NULL;
  }
  LnTensor *t = ln_temp(c, ln_tensor_meta(c, d, (int)of->shape.n, of->shape.v)), *mask;
  if (!t || of->mask.n < 0) return t;
  if (!(mask = ln_temp(c, ln_tensor_meta(c, LN_BOOL, (int)of->mask.n, of->mask.v)))) return NULL;
  ln_tensor_set_mask(t, mask);
  return t;
}

static LnInts shape_of(const LnTensor *t) {
  LnInts shape = {.n = t ? t->rank : -1};
  if (t) memcpy(shape.v, t->shape, sizeof shape.v);
  return shape;
}

bool ln_layer_infer(LnContext *c, LnLayer *l, int n_in, const LnSymbol *in, const LnGiven *given,
                    LnSymbol *out, int max_out, int *n_out) {
  const int n_given = given ? given->tensors.n : 0, n = n_in + n_given;
  LnTensor **v = calloc((size_t)(n + max_out + 1), sizeof *v), **y = v + n;
  if (!v) return ln_fail(c, "out of memory");
  size_t scope = ln_scope(c), before = c->n_built;
  const void *outer = c->layer;
  LnGiven meta;
  if (given) meta = *given, meta.tensors.v = v + n_in;
  bool done = true;
  if (!outer) c->layer = l;   // as inside a call: losses that are kept stay
  c->no_record++;
  c->inferring++;
  for (int i = 0; done && i < n; i++) done = (v[i] = symbol(c, l, &in[i])) != NULL;
  const LnCallArgs args = {.given = given ? &meta : NULL};
  done = done && ln_layer_call(c, l, &(LnTensors){n_in, v}, &args, y, max_out, n_out);
  for (int i = 0; done && i < *n_out; i++)
    out[i] = (LnSymbol){shape_of(y[i]), shape_of(y[i]->mask), y[i]->dtype};
  c->inferring--;
  c->no_record--;
  ln_layer_leave(c, outer, before, done);
  ln_scope_end(c, scope);
  free(v);
  return done;
}

// Calls f with symbolic tensors of the shapes.
static bool with_symbols(LnContext *c, LnLayer *l, int n_in, const LnInts *in,
                         bool (*f)(LnContext *c, LnLayer *l, const LnTensors *in)) {
  LnTensor **v = malloc((size_t)(n_in + 1) * sizeof *v);
  if (!v) return ln_fail(c, "out of memory");
  size_t scope = ln_scope(c);
  bool done = true;
  for (int i = 0; done && i < n_in; i++)
    done = (v[i] = symbol(c, l, &(LnSymbol){in[i], {.n = -1}, -1})) != NULL;
  done = done && f(c, l, &(LnTensors){n_in, v});
  ln_scope_end(c, scope);
  free(v);
  return done;
}

bool ln_layer_build_shapes(LnContext *c, LnLayer *l, int n_in, const LnInts *in) {
  return with_symbols(c, l, n_in, in, ln_layer_build);
}

static bool build_builtin(LnContext *c, LnLayer *l, const LnTensors *in) {
  return check_inputs(c, l, in) && (!class_of(l)->build || class_of(l)->build(c, l, in));
}

bool ln_layer_build_builtin(LnContext *c, LnLayer *l, int n_in, const LnInts *in) {
  return with_symbols(c, l, n_in, in, build_builtin);
}

bool ln_layer_reset_state(LnLayer *l) {
  bool keeps = class_of(l)->kept != NULL;
  const LnTensors kept = keeps ? class_of(l)->kept(l) : (LnTensors){0};
  for (int i = 0; i < kept.n; i++) ln_tensor_fill(kept.v[i], 0);
  for (int i = 0; i < l->n_children; i++) keeps = ln_layer_reset_state(l->children[i]) || keeps;
  return keeps;
}

// ---- parts

bool ln_layer_add_variable(LnContext *c, LnLayer *l, LnVariable *v) {
  LnVariable **grown = realloc(l->variables, (size_t)(l->n_variables + 1) * sizeof *grown);
  if (!grown) return ln_fail(c, "out of memory");
  l->variables = grown;
  l->variables[l->n_variables++] = v;
  v->refs++;
  ln_generation++;
  return true;
}

void ln_layer_remove_variable(LnLayer *l, const LnVariable *v) {
  for (int i = 0; i < l->n_variables; i++) {
    if (l->variables[i] != v) continue;
    ln_variable_release(l->variables[i]);
    memmove(l->variables + i, l->variables + i + 1,
            (size_t)(--l->n_variables - i) * sizeof *l->variables);
    ln_generation++;
    return;
  }
}

void ln_layer_remove_child(LnLayer *l, const LnLayer *child) {
  for (int i = 0; i < l->n_children; i++) {
    if (l->children[i] != child) continue;
    ln_object_release(l->children[i]);
    memmove(l->children + i, l->children + i + 1,
            (size_t)(--l->n_children - i) * sizeof *l->children);
    ln_generation++;
    return;
  }
}

// Calls, walks and releases go down recursively: this bounds what they take of the C stack.
enum { MAX_DEPTH = 100 };

// How far down layers stand inside l; -1 when `container` is one of them.
static int height(LnLayer *l, const LnLayer *container, uint64_t mark) {
  if (l == container) return -1;
  if (l->mark == mark) return l->height;
  l->mark = mark;
  l->height = 0;
  for (int i = 0; i < l->n_children; i++) {
    int below = height(l->children[i], container, mark);
    if (below < 0) return -1;
    if (below >= l->height) l->height = below + 1;
  }
  return l->height;
}

// A layer that is taken away keeps the depth it had: a bound is all that is needed.
static void deepen(LnLayer *l, int depth) {
  if (l->depth >= depth) return;
  l->depth = depth;
  for (int i = 0; i < l->n_children; i++) deepen(l->children[i], depth + 1);
}

bool ln_layer_add_child(LnContext *c, LnLayer *l, LnLayer *child) {
  int below = height(child, l, ++walks);
  if (below < 0) return ln_fail(c, "'%s' would stand inside itself", name_of(l));
  if (l->depth + 1 + below > MAX_DEPTH)
    return ln_fail(c, "layers would stand inside each other deeper than %d", MAX_DEPTH);
  LnLayer **grown = realloc(l->children, (size_t)(l->n_children + 1) * sizeof *grown);
  if (!grown) return ln_fail(c, "out of memory");
  l->children = grown;
  l->children[l->n_children++] = ln_object_retain(child);
  deepen(child, l->depth + 1);
  ln_generation++;
  return true;
}

void ln_layer_pop_child(LnLayer *l) {
  if (l->n_children == 0) return;
  ln_object_release(l->children[--l->n_children]);
  ln_generation++;
}
