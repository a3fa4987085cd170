// Ops: what one is, how it is applied, and how formulas are composed of them.
//
// An op is a const descriptor. ln_apply checks and infers shapes, allocates the outputs, runs
// `forward` and tells the active tape. `backward` is written with ops as well ("the backward pass
// is more op calls"): it is therefore recorded, replayed and differentiated like anything else.
// To add an op: one file in core/ops/ exporting `const LnOp ln_ops_<file>[]`, ended by {0}.
#ifndef LN_OPS_OP_H
#define LN_OPS_OP_H

#include "kernels/assign.h"
#include "lunate.h"
#include "ops/options.h"
#include "tensor/tensor.h"

typedef struct LnOp LnOp;

// One application of an op. A tape keeps a copy, whose tensors and params it owns.
typedef struct LnCall {
  const LnOp *op;
  LnContext *context;
  int32_t n_in, n_out;
  LnTensor **in;
  LnTensor **out;    // in shape(): not there yet
  const void *params;  // the op's own struct, filled from op->options
  void *scratch;     // op->scratch(call) bytes, 64-byte aligned; contents undefined at forward
} LnCall;

// What shape() says of an output. With `view_of` set the output shares that input's memory
// (stride in elements, offset in bytes from its data) and forward has nothing to do.
typedef struct LnSpec {
  LnDtype dtype;
  int rank;
  int64_t shape[LN_MAX_RANK];
  LnTensor *view_of;
  int64_t stride[LN_MAX_RANK];
  int64_t offset;
} LnSpec;

enum {                      // LnOp.flags
  LN_OP_HIDDEN = 1,         // a part of other ops: not a function of the Lua module
  LN_OP_VALUE_SHAPE = 2,    // output shapes depend on values: never replayed, refused on meta
  LN_OP_NO_GRADIENT = 4,    // integer or piecewise constant results
  LN_OP_LIST = 8,           // takes a list of tensors, of any length >= n_in
  LN_OP_METHOD_ONLY = 16,   // t:f() but no ln.f()
  LN_OP_FUNCTION_ONLY = 32, // ln.f() but no t:f()
  LN_OP_ACTIVATION = 64,    // may be named as activation = "..."
  LN_OP_SPACED = 128,       // float matrices, in and out, may have their rows apart: no copies
  LN_OP_TRUTH = 256,        // a single value of it is a Lua boolean, so that `if` may ask
  LN_OP_EFFECT = 512,       // does more than give its outputs: never dropped, folded or moved
  LN_OP_IN_PLACE = 1024,    // runs although out[0] is a view of an input, which it changes
  LN_OP_ADDS_GRADIENT = 2048,  // backward: dx[0] may hold what it is to be added to, in place
  LN_OP_HALVES = 4096,      // takes float16 and bfloat16 as they are: moves elements or converts
};

enum { LN_MAX_OPERANDS = 13, LN_MAX_OUTPUTS = 8, LN_MAX_OPTIONS = 32, LN_MAX_PARAMS = 1024 };

// Bytes of an op's params that its options do not name: C code alone sets them.
typedef struct LnField {
  size_t offset, size;
} LnField;
#define LN_BYTES(type, field) {offsetof(type, field), sizeof(((type *)0)->field)}

struct LnOp {
  const char *name;
  int variant;               // which of its family: an enum of the family's file
  int8_t n_in;               // tensors it takes
  int8_t n_optional;         // of them, how many at the end may be missing (NULL in call->in)
  int8_t n_out;
  uint16_t flags;
  const char *named;         // the optional ones' names, words, if they may come among the options
  const LnOption *options;   // of its parameters, ended by {0}; NULL when it has none
  const LnField *fields;     // of params besides, ended by {0}; replays compare both
  size_t params_size;
  // Every check that needs no values, and out[0 .. n_out-1]; ln_fail(call->context, ...) and false.
  bool (*shape)(const LnCall *call, LnSpec *out);
  // Checks of values (a label out of range); runs in replay too. May be NULL.
  bool (*check)(const LnCall *call);
  size_t (*scratch)(const LnCall *call);   // bytes forward wants; may be NULL
  void (*forward)(const LnCall *call);     // cannot fail; NULL when every output is a view
  // Instead of forward: adds scale times the output to `target`, dense and of its size. False (and
  // nothing done) when these inputs do not allow it; a NULL target only asks. May be NULL.
  bool (*add)(const LnCall *call, double scale, void *target);
  // Which input's memory a kept tape may give out[0] when nothing reads that input later; -1: none.
  int (*in_place)(const LnCall *call);     // may be NULL
  // Sets dx[i] to the gradient of input i for every i with want[i] (NULL: none flows), given
  // dy[j] of the outputs (NULL where none arrived). It may have the broadcast shape and another
  // dtype: the engine reduces and casts. Borrowed results, of the open scope. dx[i] is NULL before,
  // but for LN_OP_ADDS_GRADIENT.
  bool (*backward)(const LnCall *call, LnTensor *const *dy, const bool *want, LnTensor **dx);
  // Instead of shape .. backward: the op is nothing but other ops, applied here; sets out[].
  bool (*compose)(const LnCall *call, LnTensor **out);
  // Told when a tape takes (true) or drops a copy of params that refer to something. May be NULL.
  void (*hold)(const void *params, bool more);
  const char *samples;  // argument lists for the registry's tests, one a line (tests/ops/registry)
  const char *doc;      // what, shapes, defaults, errors, and "Example:" lines `code  --> result`
};

extern const LnOp *const ln_op_families[];       // generated from the directory listing
const LnOp *ln_op_find(const char *name);
// What is wrong with a descriptor (too many outputs, params that no table names), or NULL. Looked
// at when ops are registered.
const char *ln_op_defect(const LnOp *op);
// Fills parameters with their defaults. Texts and lists are borrowed: None until they are set.
void ln_op_default_params(LnContext *c, const LnOp *op, void *params);

// ---- applying. Results are borrowed: owned by the innermost scope.
LnTensor *ln_apply(LnContext *c, const LnOp *op, LnTensor *const *in, int n_in, const void *params);
bool ln_apply_all(LnContext *c, const LnOp *op, LnTensor *const *in, int n_in, const void *params,
                  LnTensor **out);
// The same with the outputs placed by the caller (replay, optimizers): out[] are written.
#define LN_APPLY1(c, op, params, a) ln_apply(c, op, (LnTensor *[]){a}, 1, params)
#define LN_APPLY2(c, op, params, a, b) ln_apply(c, op, (LnTensor *[]){a, b}, 2, params)
#define LN_APPLY3(c, op, params, a, b, d) ln_apply(c, op, (LnTensor *[]){a, b, d}, 3, params)

// ---- scopes: what is applied inside one is released at its end, but for what is kept.
// Where the outermost one began is kept: an error of Lua's that jumps over its end is noticed by
// the next call that stands no deeper on C's stack, and cleaned up then (ln_scope_jumped).
static inline size_t ln_scope(LnContext *c) {
  uintptr_t frame = (uintptr_t)__builtin_frame_address(0);
  if (c->n_temps == 0 && frame > c->scope_frame) c->scope_frame = frame;
  return c->n_temps;
}
// Whether it may be so: certain only when both frames are on one stack.
static inline bool ln_scope_passed(const LnContext *c, uintptr_t frame) {
  return frame > c->scope_frame - 1;   // 0 is above all frames
}
bool ln_scope_jumped(const LnContext *c, uintptr_t frame);
void ln_scope_release(LnContext *c, size_t scope);
static inline void ln_scope_end(LnContext *c, size_t scope) {
  if (c->n_temps > scope) ln_scope_release(c, scope);
  if ((uintptr_t)__builtin_frame_address(0) == c->scope_frame && scope == 0) c->scope_frame = 0;
}
// Ends the scope, leaving t (may be NULL) to the one around it.
LnTensor *ln_scope_return(LnContext *c, size_t scope, LnTensor *t);
// Hands a reference over to the open scope (of a tensor made by ln_tensor_new, for instance).
LnTensor *ln_temp(LnContext *c, LnTensor *t);
// The same of an object or a variable; let go at once, and false, when there is no memory for it.
enum { LN_HELD_OBJECT = 1, LN_HELD_VARIABLE = 2 };
bool ln_hold(LnContext *c, void *held, int kind);

// ---- the tape's side (autograd/tape.c sets it): told of every call that involves a tracked
// tensor, or of every call when `everything` is set (a kept tape: those around it are told
// nothing).
struct LnRecorder {
  bool (*record)(LnRecorder *r, const LnCall *call);
  LnRecorder *outer;
  // Computes what was recorded so far, and from now on whatever comes as it comes.
  bool (*settle)(LnRecorder *r);
  // What it has recorded of x's memory keeps its value: x is about to get another one.
  bool (*preserve)(LnRecorder *r, const LnTensor *x);
  LnRecorder *next;      // of the context's recorders, active or not
  bool everything, paused;
  bool defers;           // ops are recorded, not computed: their results are pending tensors
  const char *spoiled;   // what happened that no replay would do again, or NULL
};
// For what changes values without being an op: whoever keeps a tape now cannot replay it.
static inline void ln_spoil_replay(LnContext *c, const char *what) {
  for (LnRecorder *r = c->recorder; r; r = r->outer)
    if (r->everything && !r->spoiled) r->spoiled = what;
}
// For what looks at values (C that reads a tensor while a model is called, all of Lua): whoever
// records ops to compute them later does so now. False with an error where one of them fails.
static inline bool ln_settle(LnContext *c) {
  LnRecorder *r = c->recorder;
  return !r || !r->defers || r->settle(r);
}
static inline LnRecorder *ln_recorder_outer(const LnRecorder *r) {
  return r->everything ? NULL : r->outer;
}
// True when a gradient may be taken through what is computed now: backward rules that have a
// faster form without a derivative of their own use it only when this is false.
bool ln_recording_gradients(const LnContext *c);

// ---- helpers for shape(). Tensors without values may have unknown dimensions, -1: they fit
// any size (ln_dims_fit, ln_shape_unify), and an output's may be unknown then.
bool ln_spec(const LnCall *call, LnSpec *out, LnDtype d, int rank, const int64_t *shape);
bool ln_spec_like(const LnCall *call, LnSpec *out, LnDtype d, const LnTensor *like);
// The one shape that inputs a and b have (ln_tensor_shapes_fit).
bool ln_spec_both(const LnCall *call, LnSpec *out, LnDtype d, const LnTensor *a,
                  const LnTensor *b);
// The broadcast shape of all inputs; "shapes do not align: (2, 3) and (4,)" when there is none.
bool ln_spec_broadcast(const LnCall *call, LnSpec *out, LnDtype d);
// What is added to a sum (an input, may be NULL) in place, or else to zeros of this shape.
bool ln_spec_sum(const LnCall *call, LnSpec *out, LnTensor *sum, LnDtype d, const LnInts *shape);
LnDtype ln_call_dtype(const LnCall *call);   // promotion over all inputs
// The shape of x as params hold it.
static inline LnInts ln_shape_of(const LnTensor *x) {
  LnInts shape = {.n = x->rank};
  for (int i = 0; i < x->rank; i++) shape.v[i] = x->shape[i];
  return shape;
}

#endif
