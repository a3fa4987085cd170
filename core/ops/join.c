// Ops that put tensors together or make them larger: concatenate, stack, pad, tile, repeat_, roll.
// Only concatenate and pad compute; the others are made of views and them.
#include "ops/join.h"

#include <stddef.h>
#include <string.h>

#include "kernels/copy.h"
#include "ops/ops.h"
#include "ops/slice.h"

enum { CONCATENATE, STACK, PAD_CONSTANT, PAD, TILE, REPEAT, ROLL };
static const LnOp *op_of(int which);

// ---- concatenate, stack

typedef struct Join {
  int64_t axis;
} Join;

static bool join_shape(const LnCall *call, LnSpec *out) {
  LnContext *c = call->context;
  int64_t shape[LN_MAX_RANK], total = 0;
  int axis;
  if (call->n_in == 0) return ln_fail(c, "%s: the list of tensors is empty", call->op->name);
  const LnTensor *first = call->in[0];
  if (first->rank == 0) return ln_fail(c, "%s: scalars have no axis to join along", call->op->name);
  if (!ln_axis(c, call->op->name, ((const Join *)call->params)->axis, first->rank, &axis))
    return false;
  memcpy(shape, first->shape, sizeof shape);
  for (int i = 0; i < call->n_in; i++) {
    const LnTensor *x = call->in[i];
    shape[axis] = x->rank > axis ? x->shape[axis] : -1;
    if (!ln_shape_unify(shape, first->rank, x->shape, x->rank, shape))
      return ln_fail(c, "%s: tensor %d has shape %s, the first one has %s: they may differ in axis "
                     "%d only", call->op->name, i + 1, ln_tensor_shape_text(x),
                     ln_tensor_shape_text(first), axis + 1);
    if (total < 0 || x->shape[axis] < 0) total = -1;
    else if (__builtin_add_overflow(total, x->shape[axis], &total))
      return ln_fail(c, "%s: axis %d gets too long", call->op->name, axis + 1);
  }
  shape[axis] = total;
  return ln_spec(call, out, ln_call_dtype(call), first->rank, shape);
}

static void join_forward(const LnCall *call) {
  LnTensor *y = call->out[0];
  int64_t axis = ((const Join *)call->params)->axis;
  if (axis < 0) axis += y->rank;
  char *to = y->data;
  int64_t step = y->stride[axis] * (int64_t)ln_dtype_size(y->dtype);
  for (int i = 0; i < call->n_in; i++) {
    const LnTensor *x = call->in[i];
    if (x->size == 0) continue;
    ln_kernel_copy(x->rank, x->shape, y->dtype, to, y->stride, x->dtype, x->data, x->stride);
    to += x->shape[axis] * step;
  }
}

static bool join_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                          LnTensor **dx) {
  int64_t axis = ((const Join *)call->params)->axis, at = 0;
  if (axis < 0) axis += call->out[0]->rank;
  for (int i = 0; i < call->n_in; i++) {
    int64_t count = call->in[i]->shape[axis];
    if (want[i] && !(dx[i] = ln_narrow(call->context, dy[0], axis, at, count))) return false;
    at += count;
  }
  return true;
}

LnTensor *ln_concatenate(LnContext *c, LnTensor *const *x, int n, int64_t axis) {
  return ln_apply(c, op_of(CONCATENATE), x, n, &(Join){axis});
}

LnTensor *ln_stack(LnContext *c, LnTensor *const *x, int n, int64_t axis) {
  return ln_apply(c, op_of(STACK), x, n, &(Join){axis});
}

static bool stack_compose(const LnCall *call, LnTensor **out) {
  LnContext *c = call->context;
  int axis, n = call->n_in;
  if (n == 0) return ln_fail(c, "stack: the list of tensors is empty");
  for (int i = 1; i < n; i++)
    if (!ln_tensor_shapes_fit(call->in[0], call->in[i]))
      return ln_fail(c, "stack: tensor %d has shape %s, the first one has %s", i + 1,
                     ln_tensor_shape_text(call->in[i]), ln_tensor_shape_text(call->in[0]));
  if (call->in[0]->rank == LN_MAX_RANK)
    return ln_fail(c, "stack: a tensor has at most %d axes", LN_MAX_RANK);
  if (!ln_axis(c, "stack", ((const Join *)call->params)->axis, call->in[0]->rank + 1, &axis))
    return false;
  // The widened tensors, in memory that the account sees.
  size_t bytes = (size_t)n * sizeof(LnTensor *);
  LnTensor **wide = ln_memory_alloc(c->memory, bytes);
  if (!wide) return ln_fail(c, "stack: out of memory");
  for (int i = 0; i < n; i++) wide[i] = ln_expand_dims(c, call->in[i], axis);
  out[0] = ln_concatenate(c, wide, n, axis);
  ln_memory_free(c->memory, wide, bytes);
  return out[0];
}

// ---- pad

typedef struct PadConstant {
  int64_t before[LN_MAX_RANK], after[LN_MAX_RANK];
  double value;
} PadConstant;

static bool pad_constant_shape(const LnCall *call, LnSpec *out) {
  const PadConstant *p = call->params;
  const LnTensor *x = call->in[0];
  int64_t shape[LN_MAX_RANK];
  for (int i = 0; i < x->rank; i++) {
    if (p->before[i] < 0 || p->after[i] < 0)
      return ln_fail(call->context, "pad: paddings must not be negative");
    if (x->shape[i] < 0) shape[i] = -1;
    else if (__builtin_add_overflow(x->shape[i], p->before[i], &shape[i]) ||
             __builtin_add_overflow(shape[i], p->after[i], &shape[i]))
      return ln_fail(call->context, "pad: axis %d gets too long", i + 1);
  }
  return ln_spec(call, out, (LnDtype)x->dtype, x->rank, shape);
}

static void pad_constant_forward(const LnCall *call) {
  const PadConstant *p = call->params;
  const LnTensor *x = call->in[0];
  LnTensor *y = call->out[0];
  int64_t at = 0;
  if (y->size > x->size) ln_tensor_fill(y, p->value);
  if (x->size == 0) return;
  for (int i = 0; i < x->rank; i++) at += p->before[i] * y->stride[i];
  ln_kernel_copy(x->rank, x->shape, y->dtype,
                 (char *)y->data + at * (int64_t)ln_dtype_size(y->dtype), y->stride, x->dtype,
                 x->data, x->stride);
}

static bool pad_constant_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                                  LnTensor **dx) {
  (void)want;
  const PadConstant *p = call->params;
  const LnTensor *x = call->in[0];
  LnSlice s = {.n = x->rank};
  for (int i = 0; i < x->rank; i++)
    s.start[i] = p->before[i], s.count[i] = x->shape[i], s.step[i] = 1;
  return (dx[0] = ln_slice(call->context, dy[0], &s));
}

LnTensor *ln_pad(LnContext *c, LnTensor *x, const int64_t *before, const int64_t *after,
                 double value) {
  PadConstant p = {.value = value};
  if (!x) return NULL;
  memcpy(p.before, before, (size_t)x->rank * sizeof *before);
  memcpy(p.after, after, (size_t)x->rank * sizeof *after);
  return LN_APPLY1(c, op_of(PAD_CONSTANT), &p, x);
}

// Where nothing changes, a result of its own all the same.
static LnTensor *copied(LnContext *c, LnTensor *x) {
  return LN_APPLY1(c, op_of(PAD_CONSTANT), &(PadConstant){.value = 0}, x);
}

enum { CONSTANT, REFLECT, EDGE, SYMMETRIC };

typedef struct Pad {
  LnTensor *paddings;  // (rank, 2), (2,) for all axes alike, or one number
  int mode;
  double value;
} Pad;

// Element i (which may lie outside) of an axis of n, mirrored or clamped into it. Reflections go on
// beyond one length, as numpy's do.
static int64_t padded_source(int mode, int64_t i, int64_t n) {
  if (mode == EDGE) return i < 0 ? 0 : i >= n ? n - 1 : i;
  int64_t period = mode == REFLECT ? 2 * (n - 1) : 2 * n;
  if (period == 0) return 0;
  i %= period;
  if (i < 0) i += period;
  return i < n ? i : mode == REFLECT ? period - i : period - 1 - i;
}

// Every added element is a copy of one of x.
static LnTensor *pad_by_position(LnContext *c, LnTensor *x, int mode, const int64_t *before,
                                 const int64_t *after) {
  if (!x) return NULL;
  for (int i = 0; i < x->rank; i++)
    if (x->shape[i] == 0 && (before[i] > 0 || after[i] > 0)) {
      ln_fail(c, "pad: axis %d is empty: only mode \"constant\" can widen it", i + 1);
      return NULL;
    }
  if (x->meta) return ln_pad(c, x, before, after, 0);
  LnTensor *y = x;
  for (int i = 0; i < x->rank && y; i++) {
    int64_t n = x->shape[i], length = before[i] + n + after[i];
    if (before[i] == 0 && after[i] == 0) continue;
    LnTensor *from = ln_temp(c, ln_tensor_new(c, LN_INT64, 1, &length));
    if (!from) return NULL;
    for (int64_t j = 0; j < length; j++)
      ((int64_t *)from->data)[j] = padded_source(mode, j - before[i], n);
    y = ln_take(c, y, from, i);
  }
  return y == x ? copied(c, x) : y;
}

LnTensor *ln_pad_reflect(LnContext *c, LnTensor *x, const int64_t *before, const int64_t *after) {
  return pad_by_position(c, x, REFLECT, before, after);
}

static bool pad_compose(const LnCall *call, LnTensor **out) {
  LnContext *c = call->context;
  const Pad *p = call->params;
  LnTensor *x = call->in[0];
  const LnTensor *pads = p->paddings;
  int64_t before[LN_MAX_RANK], after[LN_MAX_RANK];
  int rank = pads->rank;
  if (ln_tensor_is_pending(pads) && !ln_settle(c)) return false;   // its values say the shape
  bool fits = !pads->meta && (pads->size == 1 || (pads->size == 2 && rank == 1) ||
                              (rank == 2 && pads->shape[0] == x->rank && pads->shape[1] == 2));
  if (!fits)
    return ln_fail(c, "pad: pad_width is a number, {before, after} or a list of these, one an axis "
                   "(%d); got shape %s", x->rank, ln_tensor_shape_text(pads));
  for (int i = 0; i < x->rank; i++) {
    for (int side = 0; side < 2; side++) {
      int64_t index[2] = {rank == 2 && pads->size > 1 ? i : 0, side};
      if (pads->size == 1) index[0] = index[1] = 0;
      else if (rank == 1) index[0] = side;
      double amount = ln_tensor_get(pads, index);
      if (!(amount >= 0) || amount > 0x1p40 || amount != (double)(int64_t)amount)
        return ln_fail(c, "pad: pad_width has whole numbers >= 0, got %g", amount);
      (side ? after : before)[i] = (int64_t)amount;
    }
  }
  if (p->mode == CONSTANT) return (out[0] = ln_pad(c, x, before, after, p->value));
  return (out[0] = pad_by_position(c, x, p->mode, before, after));
}

// ---- tile, repeat_: an axis of stride 0 in the right place, then reshape

static LnTensor *widen(LnContext *c, LnTensor *x, int64_t n, int64_t which, bool each) {
  int64_t outer = 1, inner = 1, shape[LN_MAX_RANK];
  int axis, rank;
  if (!x || !ln_axis(c, each ? "repeat_" : "tile", which, x->rank, &axis)) return NULL;
  rank = x->rank;
  for (int i = 0; i < rank; i++) {
    int64_t *part = i < axis + (each ? 1 : 0) ? &outer : &inner;
    *part = ln_dim_times(*part, x->shape[i]);
    shape[i] = x->shape[i];
  }
  if (x->shape[axis] < 0 && n >= 0) {
    shape[axis] = n == 0 ? 0 : -1;
  } else if (n < 0 || __builtin_mul_overflow(x->shape[axis], n, &shape[axis])) {
    ln_fail(c, "%s: axis %d cannot get %lld times as long", each ? "repeat_" : "tile", axis + 1,
            (long long)n);
    return NULL;
  }
  x = ln_reshape(c, x, 3, (int64_t[]){outer, 1, inner});
  x = ln_broadcast_to(c, x, 3, (int64_t[]){outer, n, inner});
  return ln_reshape(c, x, rank, shape);
}

LnTensor *ln_repeat(LnContext *c, LnTensor *x, int64_t n, int64_t axis) {
  return n == 1 ? x : widen(c, x, n, axis, true);
}

LnTensor *ln_tile(LnContext *c, LnTensor *x, int64_t n, int64_t axis) {
  return n == 1 ? x : widen(c, x, n, axis, false);
}

typedef struct Tile {
  LnInts reps;
} Tile;

static bool tile_compose(const LnCall *call, LnTensor **out) {
  LnContext *c = call->context;
  const LnInts *reps = &((const Tile *)call->params)->reps;
  LnTensor *x = call->in[0], *y = x;
  while (y && y->rank < reps->n) y = ln_expand_dims(c, y, 0);
  for (int i = 0; i < reps->n && y; i++)
    y = ln_tile(c, y, reps->v[i], y->rank - (int)reps->n + i);
  return (out[0] = y == x ? copied(c, x) : y);
}

typedef struct Repeat {
  int64_t repeats, axis;
} Repeat;

static bool repeat_compose(const LnCall *call, LnTensor **out) {
  LnContext *c = call->context;
  const Repeat *p = call->params;
  LnTensor *x = call->in[0];
  bool flat = p->axis == LN_NONE;
  LnTensor *y = flat ? ln_reshape(c, x, 1, (int64_t[]){-1}) : x;
  y = widen(c, y, p->repeats, flat ? 0 : p->axis, true);
  return (out[0] = y && p->repeats == 1 ? copied(c, y) : y);
}

// ---- roll

typedef struct Roll {
  LnInts shift, axis;
} Roll;

static bool roll_compose(const LnCall *call, LnTensor **out) {
  LnContext *c = call->context;
  const Roll *p = call->params;
  LnTensor *x = call->in[0], *y = x;
  bool flat = p->axis.n < 0;
  int64_t turns = flat ? 1 : p->axis.n;
  if (p->shift.n != turns && p->shift.n != 1)
    return ln_fail(c, "roll: %lld shifts for %lld axes", (long long)p->shift.n, (long long)turns);
  if (flat) y = ln_reshape(c, x, 1, (int64_t[]){-1});
  for (int i = 0; i < turns && y; i++) {
    int axis;
    if (!ln_axis(c, "roll", flat ? 0 : p->axis.v[i], y->rank, &axis)) return false;
    int64_t n = y->shape[axis], shift = p->shift.v[p->shift.n == 1 ? 0 : i];
    if (n == 0 || x->meta) continue;   // the shape stays
    shift %= n;
    if (shift < 0) shift += n;
    if (shift == 0) continue;
    LnTensor *parts[2] = {ln_narrow(c, y, axis, n - shift, shift),
                          ln_narrow(c, y, axis, 0, n - shift)};
    y = ln_concatenate(c, parts, 2, axis);
  }
  if (flat && y) y = ln_reshape(c, y, x->rank, x->shape);
  return (out[0] = y && y->data == x->data ? copied(c, y) : y);
}

static const LnOption join_options[] = {
  {"axis", LN_OPT_AXIS, offsetof(Join, axis), .fallback = "1", .doc = "the axis to join along"},
  {0}};
static const LnOption stack_options[] = {
  {"axis", LN_OPT_AXIS, offsetof(Join, axis), .fallback = "1",
   .doc = "the new axis, in the result"},
  {0}};
static const LnOption pad_options[] = {
  {"pad_width", LN_OPT_TENSOR, offsetof(Pad, paddings),
   .doc = "{{before, after}, ...}, one pair an axis; one pair or one number is for all of them"},
  {"mode", LN_OPT_CHOICE, offsetof(Pad, mode), .fallback = "constant",
   .choices = "constant reflect edge symmetric", .doc = "what the added elements are"},
  {"constant_values", LN_OPT_NUMBER, offsetof(Pad, value), .fallback = "0",
   .doc = "what mode constant adds"}, {0}};
static const LnField constant_fields[] = {
  LN_BYTES(PadConstant, before), LN_BYTES(PadConstant, after), LN_BYTES(PadConstant, value), {0}};
static const LnOption tile_options[] = {
  {"repeats", LN_OPT_INTEGERS, offsetof(Tile, reps), .range = ">= 0",
   .doc = "how often along each axis; a short list is for the last axes"}, {0}};
static const LnOption repeat_options[] = {
  {"repeats", LN_OPT_INTEGER, offsetof(Repeat, repeats), .range = ">= 0",
   .doc = "how often each element comes"},
  {"axis", LN_OPT_AXIS, offsetof(Repeat, axis), .fallback = "none",
   .doc = "along which axis; none: of the flattened tensor"}, {0}};
static const LnOption roll_options[] = {
  {"shift", LN_OPT_INTEGERS, offsetof(Roll, shift), .doc = "places to move on, one number an axis"},
  {"axis", LN_OPT_AXES, offsetof(Roll, axis), .fallback = "none",
   .doc = "along which axes; none: through the flattened tensor"}, {0}};

const LnOp ln_ops_join[] = {
  {.name = "concatenate", .n_in = 1, .n_out = 1, .flags = LN_OP_HALVES | LN_OP_LIST,
   .options = join_options,
   .params_size = sizeof(Join), .shape = join_shape, .forward = join_forward,
   .backward = join_backward,
   .samples = "{x(2,3), x(1,3)}\n{x(2,3), x(2,1), x(2,2)}, {axis = 2}\n{x(2,3)}, -1",
   .doc = "(list, axis = 1): the tensors one after the other along an axis; their shapes may "
          "differ\n"
          "in that axis only. The dtype is the widest of theirs. Errors: empty list, other "
          "shapes.\n"
          "Example:\n"
          "ln.concatenate{ln.tensor{1, 2}, ln.tensor{3}}  --> [1. 2. 3.]\n"},
  {.name = "stack", .n_in = 1, .n_out = 1, .flags = LN_OP_HALVES | LN_OP_LIST,
   .options = stack_options,
   .params_size = sizeof(Join), .compose = stack_compose,
   .samples = "{x(2,3), x(2,3)}\n{x(2,3), x(2,3)}, {axis = -1}",
   .doc = "(list, axis = 1): tensors of one shape side by side along a new axis.\n"
          "Example:\n"
          "ln.stack({ln.tensor{1, 2}, ln.tensor{3, 4}}, {axis = 2}):flatten()  --> [1. 3. 2. "
          "4.]\n"},
  {.name = "pad_constant", .n_in = 1, .n_out = 1, .flags = LN_OP_HALVES | LN_OP_HIDDEN,
   .fields = constant_fields,
   .params_size = sizeof(PadConstant), .shape = pad_constant_shape,
   .forward = pad_constant_forward, .backward = pad_constant_backward,
   .doc = "x with a value around it (ln_pad)."},
  {.name = "pad", .n_in = 1, .n_out = 1, .flags = LN_OP_HALVES, .options = pad_options,
   .params_size = sizeof(Pad),
   .compose = pad_compose,
   .samples = "x(2,3), {{1, 0}, {0, 2}}\nx(2,3), {{1, 1}, {2, 2}}, \"reflect\"\n"
              "x(2,3), {1, 2}, \"edge\"\nx(2,3), {{3, 1}, {0, 4}}, \"symmetric\"",
   .doc = "(x, pad_width, mode = \"constant\", constant_values = 0): x with more around: a value,\n"
          "the mirror image without (reflect) or with (symmetric) the outermost element, or the\n"
          "outermost element (edge).\n"
          "Example:\n"
          "ln.pad(ln.tensor{1, 2, 3}, {{2, 1}}, \"reflect\")  --> [3. 2. 1. 2. 3. 2.]\n"},
  {.name = "tile", .n_in = 1, .n_out = 1, .flags = LN_OP_HALVES, .options = tile_options,
   .params_size = sizeof(Tile),
   .compose = tile_compose, .samples = "x(2,3), {2, 3}\nx(2,3), {2}\nx(3), {2, 1, 2}",
   .doc = "(x, repeats): x laid out repeats[i] times along axis i, as numpy's tile.\n"
          "Example:\n"
          "ln.tile(ln.tensor{1, 2}, {3})  --> [1. 2. 1. 2. 1. 2.]\n"},
  {.name = "repeat_", .n_in = 1, .n_out = 1, .flags = LN_OP_HALVES, .options = repeat_options,
   .params_size = sizeof(Repeat), .compose = repeat_compose,
   .samples = "x(2,3), 2\nx(2,3), 3, 1\nx(2,3), 2, -1",
   .doc = "(x, repeats, axis = none): each element `repeats` times in a row, along an axis or, "
          "with\n"
          "none, of the flattened tensor (`repeat` is a word of Lua's own, hence the name).\n"
          "Example:\n"
          "ln.tensor{1, 2}:repeat_(2)  --> [1. 1. 2. 2.]\n"},
  {.name = "roll", .n_in = 1, .n_out = 1, .flags = LN_OP_HALVES, .options = roll_options,
   .params_size = sizeof(Roll),
   .compose = roll_compose,
   .samples = "x(2,3), {1}\nx(2,3), {-1}, 2\nx(3,4), {1, 2}, {1, 2}",
   .doc = "(x, shift, axis = none): elements moved on by `shift` places; what leaves at the end\n"
          "comes in at the start.\n"
          "Example:\n"
          "ln.roll(ln.tensor{1, 2, 3}, 1)  --> [3. 1. 2.]\n"},
  {0}};

static const LnOp *op_of(int which) { return &ln_ops_join[which]; }
