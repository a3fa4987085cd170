// What layers, losses, metrics, optimizers and the small parts they are made of look like in C.
//
// A class is a const descriptor: LnClass plus its kind's functions. One class a file in its kind's
// folder, which exports `const Ln<Kind>Class *const ln_<kinds>_<file>[] = {&class, NULL};`.
// An instance is a struct that begins with its kind's base (LnLayer, LnLoss, ...), filled from the
// class's option table; the table alone says names, defaults, checks, configs and documentation.
#ifndef LN_NN_NN_H
#define LN_NN_NN_H

#include "ops/op.h"
#include "ops/options.h"

typedef struct LnClass {
  LnKind kind;
  const char *name;         // "Dense"
  const char *aliases;      // further names, words: "mse MSE mean_squared_error"
  size_t size;              // of the instance
  const LnOption *options;  // its own, ended by {0}; the kind's (name, ...) come after; may be NULL
  // Checks across options and anything to prepare; after the options are filled. May be NULL.
  bool (*init)(LnContext *c, void *self);
  void (*free)(void *self);  // what is not an option (those are freed by the table). May be NULL.
  const char *unsaid;        // options that Keras's class does not have, words: not in configs
  const char *unsaid_none;   // options that it does not say where there is none
  const char *doc;           // what, options in words, shapes, errors, "Example:" lines
} LnClass;

// Every instance begins with this. Refcounted; several owners share one (a layer in two models).
struct LnObject {
  LnCounted counted;   // ln_object_retain, ln_object_release
  const LnClass *cls;
  bool lua;        // (a subclass in) Lua defines what it computes: call through c->calls
  bool lua_build, lua_shape, lua_mask;   // of layers: Lua defines build, compute_output_shape, ..
  char *name;
};

// What a kind has in common: its Keras module and the options every class of it takes.
typedef struct LnKindInfo {
  const char *name, *plural;       // "layer", "layers"
  const char *module;              // "keras.layers"
  size_t base_size;
  const LnOption *options;         // by name only
} LnKindInfo;
extern const LnKindInfo ln_kinds[LN_KINDS];
const LnClass *ln_class_find(LnKind kind, const char *name);       // name or alias; NULL
const LnClass *ln_class_at(LnKind kind, int i); // registry in order; NULL at its end
// The options of a class: its own, then its kind's, but for those of a name that the class has (a
// default of its own). By name, or the i-th; NULL.
const LnOption *ln_class_option(const LnClass *cls, const char *name);
const LnOption *ln_class_option_at(const LnClass *cls, int i);
// A blank instance with its defaults filled in and one reference. The binding sets options, then
// calls ln_object_init, which also makes layers that options hold the layer's children.
// (Activations are made by ln_activation_new.)
LnObject *ln_object_new(LnContext *c, const LnClass *cls);
bool ln_object_init(LnContext *c, LnObject *o);
// One of the kind (LnKind) with its defaults, for C code and for defaults of options (c->make).
LnObject *ln_object_by_name(LnContext *c, int kind, const char *name);

// Into Lua, for objects with `lua` set: calls the method with tensors, collects tensors.
typedef struct LnTensors {   // borrowed
  int n;
  LnTensor **v;
} LnTensors;
// What a layer's call takes besides its inputs, by name or by position after them: a tensor, a list
// of tensors, a flag. A list of these ends with {0}.
typedef struct LnArgument {
  const char *name;   // Keras's: "initial_state", "attention_mask", "use_causal_mask"
  enum { LN_ARG_TENSOR, LN_ARG_TENSORS, LN_ARG_FLAG } kind;
  bool required;
} LnArgument;
enum { LN_MAX_ARGUMENTS = 16 };   // of a class
// What came for them, in the order of their declaration.
typedef struct LnGiven {
  LnTensors tensors;                 // of all, one argument's behind the other's
  uint16_t n[LN_MAX_ARGUMENTS];      // how many of these are each one's
  bool flag[LN_MAX_ARGUMENTS];
} LnGiven;
typedef struct LnCallArgs {
  bool training;
  LnTensor *mask;        // of the first input, or NULL
  const LnGiven *given;  // NULL: nothing; read by ln_call_tensor, ln_call_tensors, ln_call_flag
} LnCallArgs;
struct LnVariable;
struct LnLayer;
struct LnHost {   // core/lua/host.c
  bool (*call)(LnContext *c, LnObject *o, const char *method, const LnTensors *in,
               const LnCallArgs *args, LnTensor **out, int max_out, int *n_out);
  // compute_output_shape of a layer with `lua_shape`.
  bool (*shape)(LnContext *c, struct LnLayer *l, int n_in, const LnInts *in, LnInts *out,
                int max_out, int *n_out);
  // compute_mask of a layer with `lua_mask`: masks of its outputs, borrowed; NULL: none.
  bool (*mask)(LnContext *c, struct LnLayer *l, const LnTensors *in, LnTensor **masks, int max_out);
  void (*warn)(LnContext *c, const char *text);
  // state_size of a cell that Lua defines: a number, or a list of numbers or shapes. The number of
  // states, -1 with an error.
  int (*states)(LnContext *c, const struct LnLayer *l, LnInts *shapes, int max);
  // A layer like l, made anew from its config under this name, with go_backwards; it lives as long
  // as `owner`. A new reference.
  struct LnLayer *(*copy)(LnContext *c, struct LnLayer *owner, struct LnLayer *l, const char *name,
                          bool go_backwards);
  // update_step of an optimizer in Lua; n slots (LnTensors, NULL: none) under their names.
  bool (*step)(LnContext *c, LnObject *o, struct LnVariable *v, LnTensor *gradient, double rate,
               int n, LnTensor *const *slots, const char *const *names);
};

// ---- variables
typedef struct LnVariable {
  int32_t refs;
  char *name;              // "kernel"
  char *path;              // "dense/kernel": with its layer's name; NULL when it has no layer
  LnTensor *value;         // its place may change (flat buffers); the tensor object never does
  bool trainable;          // as created; a layer's `trainable` acts on top of it
  bool placed;             // lives in a flat buffer: no other model moves it
  uint64_t mark;           // met by the walk of this number (nn/layer.c)
  LnObject *regularizer, *constraint;   // may be NULL
} LnVariable;
void ln_variable_release(LnVariable *v);
// Counts every change of graph, trainability or place; replays compare it (one for the process:
// it only ever grows, so two Lua states at most re-record once too often).
extern _Atomic uint64_t ln_generation;

// ---- layers
typedef struct LnLayer {
  LnObject base;
  bool trainable;
  LnPolicy dtype;            // of variables, and of the floats it computes with
  LnInts input_shape;        // without the batch axis; n = -1 when not given
  bool built, building;      // building: inside its build
  bool names_outputs;        // Lua gets them in a table by name
  bool supports_masking;     // takes inputs with masks, and says what becomes of them
  bool warned;               // that it does not
  // Lua computes it, from strings or ids, before any graph runs; of models: what they begin with.
  // No node of a graph is such a layer's.
  bool preprocesses;
  int n_variables, n_children;
  LnVariable **variables;    // its own, in order of creation
  struct LnLayer **children; // layers it is made of, in order
  LnInts built_shape;        // of its first input, with the batch axis (-1)
  int depth, height;         // containers around it at most; layers below it, for the walk `mark`
  uint64_t mark;             // met by the walk of this number (nn/layer.c)
  int n_more;                // of the inputs after it
  LnInts *more_shapes;
  LnArgument *lua_arguments; // those that a Lua class declares in place of its base's; or NULL
} LnLayer;
// All steps of a sequence at once, for a cell that can do so.
typedef struct LnSequence {
  LnTensor *x;             // (steps, batch, ..)
  LnTensor *mask;          // (steps, batch), bool; NULL: none
  const LnTensors *states; // what it begins with; none: zeros
  bool training;
} LnSequence;
// What RNN knows of a cell besides its call, which takes x (batch, ..) and the argument `states`,
// and gives an output and the new states. A cell in Lua says `state_size` instead.
typedef struct LnCellClass {
  // Shapes of the states, without the batch, once it is built: the number, at most max; -1 with an
  // error.
  int (*states)(LnContext *c, const LnLayer *self, LnInts *shapes, int max);
  // Before the first step and after the last one, with tensors like a step's: what is drawn there
  // holds for all steps. May be NULL, both.
  bool (*begin)(LnContext *c, LnLayer *self, LnTensor *x, const LnTensors *states, bool training);
  void (*end)(LnLayer *self);
  // Whether `sequence` can take the place of the steps. May be NULL, both.
  bool (*at_once)(const LnLayer *self);
  // Between begin and end: the outputs (steps, batch, ..), the last one, and the last states. Where
  // a step is masked it is the states that stay.
  bool (*sequence)(LnContext *c, LnLayer *self, const LnSequence *s, LnTensor **y, LnTensor **last,
                   LnTensor **states);
} LnCellClass;
// Batches that come one after another: *out is borrowed until the next, NULL at the end.
typedef struct LnBatches {
  bool (*next)(LnContext *c, void *arg, LnTensor **out);
  void *arg;
} LnBatches;
typedef struct LnLayerClass {
  LnClass base;
  // Makes the variables, given the inputs (shapes; no data to be read). May be NULL.
  bool (*build)(LnContext *c, LnLayer *self, const LnTensors *in);
  // The output, borrowed. Inputs may be meta tensors. NULL with an error set on failure.
  LnTensor *(*call)(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args);
  // Instead of `call` when there are several outputs (at most max_out).
  bool (*call_all)(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args,
                   LnTensor **out, int max_out, int *n_out);
  int min_in, max_in;        // tensors that call takes; 0, 0 means 1, 1; max -1: any
  // Learns from data before training (Normalization), batch by batch. May be NULL.
  bool (*adapt)(LnContext *c, LnLayer *self, const LnBatches *data);
  // What users read by this name besides options, a new reference; NULL: nothing, or an error is
  // set. May be NULL.
  LnTensor *(*field)(LnContext *c, const LnLayer *self, const char *name);
  bool keeps_dtype; // inputs are not cast to the layer's dtype (Flatten, ...), but for halves
  bool takes_ids;   // inputs are never cast: a half has not all whole numbers
  // A phrase for tostring after the class name: "784 -> 300, relu". May be NULL.
  void (*describe)(const LnLayer *self, char *out, size_t size);
  int8_t min_rank, max_rank; // of the first input, with the batch axis; 0: any
  bool model;                // a model: has compile, fit, ...
  // A row of the output follows from that row of the input alone, in training too.
  bool rows_apart;
  bool built_at_once;        // Keras builds it as it is made: configs have no shape for it
  bool fixed_last;           // its last axis stays what it was when the layer was built
  // Inputs may have masks (LnTensor.mask): each output has that of the input in its place, or what
  // compute_mask says of the one output, borrowed (NULL: none). False with an error.
  bool masks;
  bool (*compute_mask)(LnContext *c, LnLayer *self, const LnTensors *in, LnTensor **mask);
  // The state of a generator of its own (ops/noise.h), NULL when it has none. May be NULL.
  LnTensor *(*generator)(const LnLayer *self);
  // Names of the inputs, words, where those after the first may come by name: "query value key".
  const char *inputs;
  bool shapes_by_name;       // files say what it was built for by these: "query_shape"
  const LnArgument *arguments;   // what its call takes besides; NULL: nothing
  const LnCellClass *cell;   // of cells of RNN
  // What it keeps from batch to batch besides variables, borrowed; none before it is built. May be
  // NULL.
  LnTensors (*kept)(const LnLayer *self);
  // The attributes in which Keras has the layers that it makes, "query:query_dense key:key_dense",
  // or "forward_*:forward_layer" for names that begin so: files and fields have these names. NULL:
  // it makes none.
  const char *parts;
} LnLayerClass;

// What a call takes besides its inputs; NULL: nothing.
const LnArgument *ln_layer_arguments(const LnLayer *l);
// What came for argument i (of the list): a tensor or NULL; a list, empty for none; a flag.
LnTensor *ln_call_tensor(const LnCallArgs *args, int i);
LnTensors ln_call_tensors(const LnCallArgs *args, int i);
bool ln_call_flag(const LnCallArgs *args, int i);

// For build(): a new variable of this layer. What is left out: a scalar, that is not trained.
typedef struct LnWeight {
  const char *name;          // "kernel"
  int rank;
  const int64_t *shape;
  const char *dtype;         // "int32"; NULL: that of the layer's variables
  LnObject *initializer;     // NULL: glorot_uniform for rank >= 2 floats, zeros otherwise
  LnObject *regularizer, *constraint;   // may be NULL
  bool trainable;
  bool as_it_is;             // mixed precision does not cast it (running statistics)
} LnWeight;
LnVariable *ln_layer_add_weight(LnContext *c, LnLayer *self, const LnWeight *w);
// What the layer that is being called sees of a variable's value: in mixed precision a float is
// cast to what it computes in, any other is t itself. call() reads variables through this.
LnTensor *ln_autocast_now(LnContext *c, LnTensor *t);
LnDtype ln_autocast_dtype(const LnContext *c, const LnTensor *t);   // of what ln_autocast gives
static inline bool ln_autocasts(const LnContext *c) {   // whether it casts anything now
  const LnLayer *l = c->layer;
  return l && l->dtype.variable != l->dtype.compute && !l->building;
}
static inline LnTensor *ln_autocast(LnContext *c, LnTensor *t) {
  return ln_autocasts(c) ? ln_autocast_now(c, t) : t;
}
// Adds to the loss of the call that is running (activity regularization). c->losses[0 ..
// n_losses-1] are references of the context's; the next outermost ln_layer_call drops them, as
// ln_losses_clear does. Symbolic (meta) losses are not kept.
bool ln_add_loss(LnContext *c, LnTensor *scalar);
void ln_losses_clear(LnContext *c);
// Adds regularizer(y) / batch size, as Keras weighs it; regularizer may be NULL.
bool ln_add_activity_loss(LnContext *c, LnObject *regularizer, LnTensor *y);
// What l and the layers below added in the latest call, and the regularizers of its trainable
// variables: all that Keras calls layer.losses. Borrowed, at most max; the number, -1 on failure.
int ln_layer_losses(LnContext *c, LnLayer *l, LnTensor **out, int max);
// The one way to call a layer: builds it when needed, casts inputs, adds its name to errors.
bool ln_layer_call(LnContext *c, LnLayer *l, const LnTensors *in, const LnCallArgs *args,
                   LnTensor **out, int max_out, int *n_out);
LnTensor *ln_layer_call1(LnContext *c, LnLayer *l, LnTensor *x, const LnCallArgs *args);
// The mask of what l gives for inputs with these masks (LnTensor.mask), as its built-in class says;
// borrowed, NULL: none.
bool ln_layer_compute_mask(LnContext *c, LnLayer *l, const LnTensors *in, LnTensor **mask);
// A view of x with this mask (x itself where it has it already): x may be others' too.
LnTensor *ln_masked(LnContext *c, LnTensor *x, LnTensor *mask);
bool ln_layer_build(LnContext *c, LnLayer *l, const LnTensors *in);
// The end of a call, build or inference that began under the layer `outer` (c->layer), `before`
// layers having been built (c->n_built). One that fails leaves every layer as it was; the outermost
// that succeeds makes all of it last.
void ln_layer_leave(LnContext *c, const void *outer, size_t before, bool done);
// The same for shapes with unknown dimensions (-1).
bool ln_layer_build_shapes(LnContext *c, LnLayer *l, int n_in, const LnInts *in);
// What the built-in class does, for a Lua subclass that calls up.
bool ln_layer_call_builtin(LnContext *c, LnLayer *l, const LnTensors *in, const LnCallArgs *args,
                           LnTensor **out, int max_out, int *n_out);
bool ln_layer_build_builtin(LnContext *c, LnLayer *l, int n_in, const LnInts *in);
// Variables that are l's without having been made by it (fields of a Lua layer): keeps a reference.
bool ln_layer_add_variable(LnContext *c, LnLayer *l, LnVariable *v);
void ln_layer_remove_variable(LnLayer *l, const LnVariable *v);
void ln_layer_remove_child(LnLayer *l, const LnLayer *child);
// "expected axis -1 of the input to be 784, got shape (32, 10)" unless x has, along axis (0-based
// or negative), the size that the layer was built for. True when that is not known.
bool ln_layer_check_axis(LnContext *c, const LnLayer *l, const LnTensor *x, int axis);
// The layers it is made of: at the end; generation++. Fails where a layer would come to stand
// inside itself, or layers inside each other deeper than any stack should go.
bool ln_layer_add_child(LnContext *c, LnLayer *l, LnLayer *child);
void ln_layer_pop_child(LnLayer *l);
// What it gives for inputs of these shapes, by calling it on tensors without values; builds it when
// needed.
typedef struct LnSymbol {
  LnInts shape;   // dimensions may be unknown (-1)
  LnInts mask;    // n = -1: it has none
  int dtype;      // -1: what the layer computes in
} LnSymbol;
// given: the arguments, their tensors (in it NULL) symbols too, behind those of the inputs in `in`;
// or NULL.
bool ln_layer_infer(LnContext *c, LnLayer *l, int n_in, const LnSymbol *in, const LnGiven *given,
                    LnSymbol *out, int max_out, int *n_out);
// What l and the layers below keep from batch to batch becomes zero again; false: none keeps
// anything.
bool ln_layer_reset_state(LnLayer *l);
// All variables below l, each once: trainable ones (as `trainable` stands) first when
// trainable_first. Returns the number; at most max are written.
int ln_layer_variables(LnLayer *l, LnVariable **out, int max);
int ln_layer_trainable_variables(LnLayer *l, LnVariable **out, int max);

// ---- activations: an op, or a Lua function
typedef struct LnActivation {
  LnObject base;             // base.name: "relu"
  const LnOp *op;            // NULL when it is Lua's, and for "linear"
  void *params;              // of the op, defaults
} LnActivation;
extern const LnClass ln_activation_class;
bool ln_activation_exists(const char *name);
LnActivation *ln_activation_new(LnContext *c, const char *name);   // NULL with an error: unknown
// Sets an option of its op that is a number (or an axis, 0-based): "negative_slope".
bool ln_activation_set(LnContext *c, LnActivation *a, const char *option, double value);
LnTensor *ln_activate(LnContext *c, LnActivation *a, LnTensor *x);  // a may be NULL: linear
// What ops that end in a sum apply to it themselves: LN_DENSE_RELU, ..., or LN_DENSE_LINEAR.
int ln_activation_fused(const LnActivation *a);

// ---- initializers, regularizers, constraints, schedules
typedef struct LnInitializer {
  LnObject base;
} LnInitializer;
typedef struct LnInitializerClass {
  LnClass base;
  // Fills t (contiguous float32; fan-in and fan-out follow from its shape as in Keras).
  bool (*fill)(LnContext *c, const LnObject *self, LnRandom *random, LnTensor *t);
  bool any_dtype;            // t may have any dtype and layout
} LnInitializerClass;
bool ln_initialize(LnContext *c, LnObject *initializer, LnTensor *t);   // any dtype
// Fans as Keras computes them: (in, out) = the last two axes times the receptive field.
void ln_fans(const LnTensor *t, double *fan_in, double *fan_out);

typedef struct LnRegularizerClass {
  LnClass base;
  LnTensor *(*call)(LnContext *c, const LnObject *self, LnTensor *x);    // a scalar
} LnRegularizerClass;
LnTensor *ln_regularize(LnContext *c, LnObject *regularizer, LnTensor *x);

typedef struct LnConstraintClass {
  LnClass base;
  LnTensor *(*call)(LnContext *c, const LnObject *self, LnTensor *w);    // the projected value
} LnConstraintClass;
LnTensor *ln_constrain(LnContext *c, LnObject *constraint, LnTensor *w);

typedef struct LnScheduleClass {
  LnClass base;
  double (*value)(const LnObject *self, int64_t step);                   // step counts from 0
} LnScheduleClass;
bool ln_schedule_value(LnContext *c, LnObject *schedule, int64_t step, double *out);

// ---- losses
typedef enum LnReduction {
  LN_SUM_OVER_BATCH_SIZE, LN_SUM, LN_MEAN, LN_MEAN_WITH_SAMPLE_WEIGHT, LN_NO_REDUCTION
} LnReduction;
typedef struct LnLoss {
  LnObject base;
  int reduction;             // LnReduction
  int dtype;
} LnLoss;
typedef struct LnLossClass {
  LnClass base;
  // Per-sample values (y_pred's shape without its last axis). y_true and y_pred are as given,
  // ranks made equal where Keras does so (ln_loss_values does it before calling).
  LnTensor *(*call)(LnContext *c, const LnLoss *self, LnTensor *y_true, LnTensor *y_pred);
  // The same from what went into the last activation, when y_pred was made by `fuses` ("softmax",
  // "sigmoid"): one fused op with the very same value and gradient. May be NULL.
  const char *fuses;
  LnTensor *(*call_logits)(LnContext *c, const LnLoss *self, LnTensor *y_true, LnTensor *logits);
  bool sparse_labels;        // y_true are class ids: ranks are not equalized, dtype is kept
  // Which of the values count (their shape, bool), when the loss leaves some out. May be NULL.
  LnTensor *(*mask)(LnContext *c, const LnLoss *self, LnTensor *y_true, LnTensor *values);
} LnLossClass;
LnTensor *ln_loss_values(LnContext *c, LnLoss *loss, LnTensor *y_true, LnTensor *y_pred);
// What the built-in class computes, for a Lua subclass that calls up.
LnTensor *ln_loss_values_builtin(LnContext *c, LnLoss *loss, LnTensor *y_true, LnTensor *y_pred);
// Reduced as the loss says; sample_weight and mask may be NULL (shapes broadcast as in Keras). The
// mask of y_pred serves where none is given.
LnTensor *ln_loss_value(LnContext *c, LnLoss *loss, LnTensor *y_true, LnTensor *y_pred,
                        LnTensor *sample_weight, LnTensor *mask);
// The same from logits, when the class `fuses` the activation (over the last axis) that follows.
LnTensor *ln_loss_value_logits(LnContext *c, LnLoss *loss, LnTensor *y_true, LnTensor *logits,
                               LnTensor *sample_weight, LnTensor *mask);
LnTensor *ln_loss_reduce(LnContext *c, int reduction, LnTensor *values, LnTensor *sample_weight,
                         LnTensor *mask);
// What loss = "crossentropy" means for these shapes: "BinaryCrossentropy",
// "CategoricalCrossentropy" or "SparseCategoricalCrossentropy". The tensors may be meta.
const char *ln_crossentropy_for(const LnTensor *y_true, const LnTensor *y_pred);

// ---- metrics
typedef struct LnMetric {
  LnObject base;
  int dtype;
} LnMetric;
// Where a metric counts: sums, which are 0 at the start, and those of several processes added up.
typedef struct LnMetricState {
  double *sums[2];    // NULL: none yet
  int64_t n[2];
} LnMetricState;
typedef struct LnMetricClass {
  LnClass base;
  bool (*update)(LnContext *c, LnMetric *self, LnTensor *y_true, LnTensor *y_pred,
                 LnTensor *sample_weight);      // sample_weight may be NULL
  LnTensor *(*result)(LnContext *c, LnMetric *self);   // rank 0 float64, or a vector; borrowed
  LnMetricState (*state)(LnMetric *self);
  // Metrics that are a weighted mean of per-sample values give only this (begin with LnMeanMetric).
  LnTensor *(*values)(LnContext *c, const LnMetric *self, LnTensor *y_true, LnTensor *y_pred);
  bool of_values; // update takes (values, sample_weight) as Mean does: y_pred may be NULL
  enum { LN_NO_DIRECTION, LN_DOWN, LN_UP } direction;  // where better values lie, for callbacks
} LnMetricClass;
typedef struct LnMeanMetric {
  LnMetric base;
  double total, count;
} LnMeanMetric;
bool ln_metric_update(LnContext *c, LnMetric *m, LnTensor *y_true, LnTensor *y_pred,
                      LnTensor *sample_weight);
LnTensor *ln_metric_result(LnContext *c, LnMetric *m);
bool ln_metric_reset(LnContext *c, LnMetric *m);
void ln_metric_reset_builtin(LnMetric *m);
LnMetricState ln_metric_state(LnMetric *m);   // what the built-in class counts
// What the built-in class does, for a Lua subclass that calls up.
bool ln_metric_update_builtin(LnContext *c, LnMetric *m, LnTensor *y_true, LnTensor *y_pred,
                              LnTensor *sample_weight);
LnTensor *ln_metric_result_builtin(LnContext *c, LnMetric *m);
// What "accuracy" means for these shapes: the name of a class. The tensors may be meta.
const char *ln_accuracy_for(const LnTensor *y_true, const LnTensor *y_pred);

// ---- optimizers
enum { LN_MAX_SLOTS = 6 };
typedef struct LnOptimizer {
  LnObject base;
  LnRate learning_rate;
  double weight_decay, clipnorm, clipvalue, global_clipnorm;   // NaN: None
  bool use_ema;
  double ema_momentum;
  int64_t ema_overwrite_frequency, gradient_accumulation_steps;   // LN_NONE: None
  double loss_scale_factor;                                       // NaN: None
  // State, built over a list of variables in a flat layout (nn/optimizer.c).
  int64_t iterations;
  struct LnFlat *flat;
} LnOptimizer;
typedef struct LnStep {      // a contiguous run of elements, or one variable (per_variable)
  LnDtype dtype;             // LN_FLOAT32 or LN_FLOAT64; halves come as float32
  int64_t n;
  void *w, *g;
  void *slot[LN_MAX_SLOTS];  // NULL: this variable has none
  double lr;
  int64_t t;                 // this step's number, from 1
  const LnTensor *variable;  // its shape, when per_variable
  void *scratch;             // of the class's scratch() bytes, 64-byte aligned, when per_variable
} LnStep;
typedef struct LnOptimizerClass {
  LnClass base; // init and free: ln_optimizer_init, ln_optimizer_free or what calls them
  // How many, and Keras's names. Its files keep the slots of one variable together; a name that
  // begins with '|' starts a group that is kept after the others (Adam: "|velocity_hat").
  int (*slots)(const LnOptimizer *self, const char **names);
  double (*slot_start)(const LnOptimizer *self, int slot);    // NaN: as its variable; NULL: zeros
  // Rank and shape of a slot that is not like its variable; -1: this variable has none. May be
  // NULL.
  int (*slot_shape)(const LnOptimizer *self, int slot, const LnVariable *v, int64_t *shape);
  void (*begin)(LnOptimizer *self, double lr, int64_t t);     // once a step, before; may be NULL
  void (*step)(const LnOptimizer *self, const LnStep *s);     // w -= ...: the whole rule
  bool per_variable;         // step needs one variable at a time
  size_t (*scratch)(const LnOptimizer *self, const LnVariable *v);  // bytes step wants; may be NULL
  double *(*scalar)(LnOptimizer *self);  // a number that is state like the slots; may be NULL
  // The weight decay of one variable, NaN for none; NULL: the option weight_decay for all.
  double (*weight_decay)(const LnOptimizer *self, const LnVariable *v);
  bool (*plain)(const LnOptimizer *self);   // step is w -= rate g now; NULL: never
} LnOptimizerClass;
bool ln_optimizer_init(LnContext *c, void *self);   // checks across the common options
void ln_optimizer_free(void *self);                 // layout and state

// Layout and state over variables: values and gradients as few contiguous runs. Variables that no
// one placed yet are moved into one flat buffer (generation++). A build over the same list is free,
// over another list it keeps the state of whatever was listed before; positions below (i, variable,
// active) are in the list given last.
bool ln_optimizer_build(LnContext *c, LnOptimizer *o, LnVariable *const *variables, int n);
// The flat gradient of variable i (a float tensor of its shape, borrowed): whoever computes
// gradients writes there.
LnTensor *ln_optimizer_gradient(LnOptimizer *o, int i);
// One update from the flat gradients: accumulation, unscaling, clipping, weight decay, the class's
// step, EMA, constraints; `iterations` counts every call, as Keras's files do (accumulating ones
// too). active[i] false: variable i has no gradient this time (NULL: all have).
bool ln_optimizer_step(LnContext *c, LnOptimizer *o, const bool *active);
// What the built-in class does with one variable of the update that runs, for a Lua subclass that
// calls up.
bool ln_optimizer_step_builtin(LnContext *c, LnOptimizer *o, LnVariable *v, LnTensor *gradient,
                               double rate);
// Whether an update is w -= rate g and nothing else, so that whoever computes a gradient may add it
// to the weights at once.
bool ln_optimizer_plain(const LnOptimizer *o);
bool ln_optimizer_rate(LnContext *c, LnOptimizer *o, double *rate);   // at the current iteration
// What users see as `iterations`: calls divided by gradient_accumulation_steps.
int64_t ln_optimizer_iterations(const LnOptimizer *o);
// The averages become the weights, where use_ema is set: the end of training.
bool ln_optimizer_finalize_ema(LnContext *c, LnOptimizer *o);
// No weight decay for this variable, or for those whose name contains a text. Before or after
// build.
bool ln_optimizer_exclude(LnContext *c, LnOptimizer *o, LnVariable *v);
bool ln_optimizer_exclude_name(LnContext *c, LnOptimizer *o, const char *text);
// Slots: the class's, then the average (use_ema), then the gradient accumulator.
int ln_optimizer_slot_count(const LnOptimizer *o);
LnTensor *ln_optimizer_slot(LnOptimizer *o, int slot, int variable);  // borrowed; NULL: has none
// State variables in Keras's order and with its names: iteration, learning_rate (unless it is a
// schedule), averages and accumulators, slots. Reading gives a new reference (of a slot: the slot
// itself), writing checks the value and then, when `store` is set, keeps it.
int ln_optimizer_state_count(LnOptimizer *o);
LnTensor *ln_optimizer_state(LnContext *c, LnOptimizer *o, int i, char *name, size_t size);
// Whose slot state i is, and the slot's name; NULL for the scalars.
LnVariable *ln_optimizer_state_of(const LnOptimizer *o, int i, const char **slot);
bool ln_optimizer_set_state(LnContext *c, LnOptimizer *o, int i, LnTensor *value, bool store);

#endif
