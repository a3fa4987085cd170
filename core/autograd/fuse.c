// Fusion: calls of a finished recording that one op does at once. A pattern is a row: a chain of
// ops, each of which is the only reader of the one before, and what takes their place. One more is
// a row of `patterns` and, where the names do not say it all, a function that looks at the calls.
//
// Ops never look for what made their inputs: they are recorded as they are called, and rewritten
// here. Gradients are on the tape like anything else, so a pattern may lie in the backward pass.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "autograd/nodes.h"
#include "kernels/gemm.h"
#include "ops/dense.h"

enum { MAX_CHAIN = 4 };

// What takes the place of a chain; its outputs are those of the chain's last call.
typedef struct Fused {
  const LnOp *op;
  LnTensor *in[LN_MAX_OPERANDS];
  int n_in;
  _Alignas(max_align_t) char params[LN_MAX_PARAMS];
} Fused;

// Who makes and who reads a tensor: numbers of calls.
typedef struct Use {
  int64_t maker;            // -1: no call
  int64_t reader;           // the last that was noted
  int64_t readers;
  bool kept;
} Use;

typedef struct Pass {
  LnTape *tape;
  LnMap tensors;
  Use *use;                 // by the map's numbers
} Pass;

// Calls that follow a pattern.
typedef struct Chain {
  const Pass *pass;
  int64_t at[MAX_CHAIN];    // their numbers
  const LnCall *call[MAX_CHAIN];
  int n;
} Chain;

typedef struct Pattern {
  const char *chain[MAX_CHAIN];   // names of ops, ended by NULL
  const char *fused;
  // Whether these calls are meant; fills in and params.
  bool (*match)(const Chain *chain, Fused *fused);
} Pattern;

// ---- what the rows look at

static Use *use_of(const Pass *p, const LnTensor *x) {
  const int64_t k = x ? ln_map_find(&p->tensors, x) : -1;
  return k < 0 ? NULL : &p->use[k];
}

static const LnCall *maker_of(const Chain *chain, const LnTensor *x) {
  const Use *u = use_of(chain->pass, x);
  return !u || u->maker < 0 ? NULL : &chain->pass->tape->nodes[u->maker]->call;
}

// The matrix that x is the transpose of, a view of it; or NULL.
static LnTensor *transposed(const Chain *chain, const LnTensor *x) {
  const LnCall *call = maker_of(chain, x);
  LnTensor *w = call && !call->op->forward && call->n_in == 1 ? call->in[0] : NULL;
  return w && w->rank == 2 && x->rank == 2 && w->storage == x->storage && w->offset == x->offset &&
                 w->shape[0] == x->shape[1] && w->shape[1] == x->shape[0] &&
                 w->stride[0] == x->stride[1] && w->stride[1] == x->stride[0]
             ? w
             : NULL;
}

// dz w' and then through the relu before it, with its bias's gradient: in one product.
static bool dense_after_relu(const Chain *chain, Fused *fused) {
  const LnCall *product = chain->call[0], *relu = chain->call[1];
  LnTensor *dz = product->in[0], *w = transposed(chain, product->in[1]), *y = relu->in[1];
  if (((const LnDense *)relu->params)->activation != LN_DENSE_RELU ||
      relu->in[0] != product->out[0] || !w || dz->rank != 2 || y->rank != 2 ||
      !ln_tensor_same_shape(y, product->out[0]) || dz->dtype != y->dtype ||
      w->dtype != y->dtype || !ln_gemm_masks(y->shape[0], y->shape[1]))
    return false;
  fused->in[0] = dz, fused->in[1] = w, fused->in[2] = y;
  fused->n_in = 3;
  return true;
}

// Where an op's params have what an option of this name says; NULL: it has none.
static void *option_of(const LnOp *op, const void *params, const char *name) {
  for (const LnOption *o = op->options; o && o->name; o++)
    if (strcmp(o->name, name) == 0) return (char *)(uintptr_t)params + o->offset;
  return NULL;
}

// A relu after a dense layer or a convolution that has no activation of its own.
static bool product_then_relu(const Chain *chain, Fused *fused) {
  const LnCall *product = chain->call[0];
  memcpy(fused->params, product->params, product->op->params_size);
  int *activation = option_of(product->op, fused->params, "activation");
  if (*activation != LN_DENSE_LINEAR || ln_relu_ceiling(chain->call[1]) != INFINITY) return false;
  *activation = LN_DENSE_RELU;
  memcpy(fused->in, product->in, (size_t)product->n_in * sizeof *fused->in);
  fused->n_in = product->n_in;
  return true;
}

// Whether a call works along the last axis, where its options name one.
static bool along_last_axis(const LnCall *call) {
  for (const LnOption *o = call->op->options; o && o->name; o++) {
    if (strcmp(o->name, "axis") != 0) continue;
    const void *field = (const char *)call->params + o->offset;
    const LnInts *axes = field;
    const int64_t axis = o->kind == LN_OPT_AXIS ? *(const int64_t *)field
                         : axes->n == 1         ? axes->v[0]
                                                : 0;
    return axis == -1 || axis == call->out[0]->rank - 1;
  }
  return true;
}

// Batch normalization, by moments that are given, of a convolution's filters.
static bool conv_then_normalization(const Chain *chain, Fused *fused) {
  const LnCall *conv = chain->call[0], *norm = chain->call[1];
  const LnOp *op = ln_op_find("normalized_convolution");
  const int *activation = option_of(conv->op, conv->params, "activation");
  if (*activation != LN_DENSE_LINEAR || norm->in[0] != conv->out[0] || !along_last_axis(norm) ||
      norm->out[0]->dtype != conv->out[0]->dtype)
    return false;
  memcpy(fused->params, conv->params, conv->op->params_size);   // its geometry comes first
  *(double *)option_of(op, fused->params, "epsilon") =
      *(const double *)option_of(norm->op, norm->params, "epsilon");
  // x, kernel; mean, variance; bias; offset, scale
  memcpy(fused->in, conv->in, 2 * sizeof *fused->in);
  memcpy(fused->in + 2, norm->in + 1, 2 * sizeof *fused->in);
  fused->in[4] = conv->n_in > 2 ? conv->in[2] : NULL;
  for (int i = 3; i < norm->n_in; i++) fused->in[2 + i] = norm->in[i];
  fused->n_in = 7;
  return true;
}

static bool normalized_then_relu(const Chain *chain, Fused *fused) {
  const LnCall *conv = chain->call[0], *relu = chain->call[1];
  const double most = ln_relu_ceiling(relu);
  int *activation = option_of(conv->op, fused->params, "activation");
  memcpy(fused->params, conv->params, conv->op->params_size);
  if (*activation != LN_DENSE_LINEAR || (most != 6 && most != INFINITY)) return false;
  *activation = most == 6 ? 2 : 1;   // of "linear relu relu6"
  memcpy(fused->in, conv->in, (size_t)conv->n_in * sizeof *fused->in);
  fused->n_in = conv->n_in;
  return true;
}

// Integers, such as an image's, that are made floats to be computed with: the op reads them.
static bool cast_then_binary(const Chain *chain, Fused *fused) {
  const LnCall *cast = chain->call[0], *binary = chain->call[1];
  LnTensor *x = cast->in[0], *other = binary->in[1];
  const LnDtype d = (LnDtype)binary->out[0]->dtype;
  if (binary->in[0] != cast->out[0] || other == cast->out[0] || cast->out[0]->dtype != d ||
      x->dtype == LN_BOOL || ln_dtype_is_float((LnDtype)x->dtype) ||
      ln_dtype_promote((LnDtype)x->dtype, (LnDtype)other->dtype) != d)
    return false;
  fused->in[0] = x, fused->in[1] = other;
  fused->n_in = 2;
  if (binary->params) memcpy(fused->params, binary->params, binary->op->params_size);
  return true;
}

static const Pattern patterns[] = {
  {{"cast", "multiply"}, "multiply", cast_then_binary},
  {{"cast", "subtract"}, "subtract", cast_then_binary},
  {{"cast", "divide"}, "divide", cast_then_binary},
  {{"matmul", "dense_grad"}, "dense_relu_grad", dense_after_relu},
  {{"dense", "relu"}, "dense", product_then_relu},
  {{"convolution", "relu"}, "convolution", product_then_relu},
  {{"convolution", "batch_normalization"}, "normalized_convolution", conv_then_normalization},
  {{"normalized_convolution", "relu"}, "normalized_convolution", normalized_then_relu},
  {{"normalized_convolution", "relu6"}, "normalized_convolution", normalized_then_relu},
  {{"convolution_transpose", "relu"}, "convolution_transpose", product_then_relu},
};
enum { N_PATTERNS = sizeof patterns / sizeof *patterns };

// ---- finding chains

static Use *put(Pass *p, const LnTensor *x) {
  const int64_t n = p->tensors.n, k = ln_map_put(&p->tensors, x);
  if (k == n) p->use[k] = (Use){.maker = -1, .reader = -1};
  return &p->use[k];
}

static void note_reads(Pass *p, int64_t i) {
  const LnCall *call = &p->tape->nodes[i]->call;
  for (int j = 0; j < call->n_in; j++) {
    if (!call->in[j]) continue;
    Use *u = put(p, call->in[j]);
    u->reader = i;
    u->readers++;
  }
  for (int j = 0; j < call->n_out; j++) put(p, call->out[j])->maker = i;
}

static bool begin_pass(Pass *p, LnTape *t, LnTensor *const *keep, int n_keep) {
  const size_t n_tensors = ln_tape_count_tensors(t, t->n) + (size_t)n_keep;
  p->tape = t;
  p->use = calloc(n_tensors + 1, sizeof *p->use);
  if (!p->use || !ln_map_init(&p->tensors, n_tensors)) {
    free(p->use);
    return ln_fail(t->context, "out of memory");
  }
  // Calls that are dropped read nothing; views, which have nothing to run either, do.
  for (int64_t i = 0; i < t->n; i++)
    if (t->nodes[i]->live) note_reads(p, i);
  for (int i = 0; i < n_keep; i++)
    if (keep[i]) put(p, keep[i])->kept = true;
  return true;
}

// The call that alone reads what call i gives; -1 when there are others, or someone in Lua may.
static int64_t only_reader(const Pass *p, int64_t i) {
  const LnTapeNode *n = p->tape->nodes[i];
  const Use *u = use_of(p, n->call.out[0]);
  if (n->call.n_out != 1 || !u || u->kept || u->readers != 1 || u->reader <= i) return -1;
  if (!p->tape->recorder.defers && !n->backward) return -1;
  const LnCall *reader = &p->tape->nodes[u->reader]->call;
  for (int j = 0; j < reader->n_in; j++)
    if (reader->in[j] == n->call.out[0]) return u->reader;
  return -1;
}

static bool follow(const Pass *p, const LnOp *const *ops, int64_t i, Chain *chain) {
  *chain = (Chain){.pass = p};
  for (int k = 0; k < MAX_CHAIN && ops[k]; k++) {
    if (k > 0) i = only_reader(p, i);
    if (i < 0 || !p->tape->nodes[i]->runs || p->tape->nodes[i]->call.op != ops[k]) return false;
    chain->at[k] = i;
    chain->call[k] = &p->tape->nodes[i]->call;
    chain->n = k + 1;
  }
  return true;
}

// ---- replacing them

// Where the fused call may stand: at the first place of the chain when all that it reads is there
// by then (weights may change after it), or at the last; -1 when something between the two changes
// what it reads.
static int64_t position(const Chain *chain, const Fused *fused) {
  const LnTape *t = chain->pass->tape;
  const int64_t first = chain->at[0], last = chain->at[chain->n - 1];
  bool early = true;
  for (int j = 0; j < fused->n_in; j++) {
    const Use *u = use_of(chain->pass, fused->in[j]);
    early = early && (!u || u->maker < first);
    for (int64_t i = first + 1; fused->in[j] && i < last; i++) {
      const LnCall *call = &t->nodes[i]->call;
      if (call->op->flags & LN_OP_IN_PLACE && ln_tensors_overlap(call->out[0], fused->in[j]))
        return -1;
    }
  }
  return early ? first : last;
}

// The call of the fused op, in memory of the tape.
static bool make_call(LnTape *t, const LnOp *op, const Fused *fused, const LnCall *last,
                      LnCall *fused_call) {
  const size_t n_in = (size_t)fused->n_in, n_out = (size_t)last->n_out;
  LnTensor **tensors = ln_tape_take(t, (n_in + n_out) * sizeof *tensors);
  void *params = tensors && op->params_size ? ln_tape_take(t, op->params_size) : NULL;
  if (!tensors || (op->params_size && !params)) return ln_fail(t->context, "out of memory");
  memcpy(tensors, fused->in, n_in * sizeof *tensors);
  memcpy(tensors + n_in, last->out, n_out * sizeof *tensors);
  if (params) memcpy(params, fused->params, op->params_size);
  for (size_t i = 0; i < n_in + n_out; i++) ln_retain(tensors[i]);
  *fused_call = (LnCall){op, t->context, fused->n_in, last->n_out, tensors, tensors + n_in, params,
                         NULL};
  return true;
}

static bool replace(Pass *p, const Chain *chain, const LnOp *op, const Fused *fused, int64_t at) {
  LnCall fused_call;
  if (!make_call(p->tape, op, fused, chain->call[chain->n - 1], &fused_call)) return false;
  for (int k = 0; k < chain->n; k++) {
    LnTapeNode *n = p->tape->nodes[chain->at[k]];
    for (int j = 0; j < n->call.n_in; j++)
      if (n->call.in[j]) use_of(p, n->call.in[j])->readers--;
    ln_tape_drop_call(n);
    n->runs = n->live = false;
  }
  LnTapeNode *n = p->tape->nodes[at];
  n->call = fused_call;
  n->runs = n->live = true;
  note_reads(p, at);
  return true;
}

// Fuses the chain that begins with call i, if one does. *done: there was one.
static bool fuse_at(Pass *p, const LnOp *ops[N_PATTERNS][MAX_CHAIN + 1], int64_t i, bool *done) {
  *done = false;
  for (int k = 0; k < N_PATTERNS && !*done; k++) {
    Chain chain;
    Fused fused = {0};
    if (p->tape->nodes[i]->call.op != ops[k][0] || !follow(p, ops[k], i, &chain) ||
        !patterns[k].match(&chain, &fused))
      continue;
    const int64_t at = position(&chain, &fused);
    if (at < 0) continue;
    *done = true;
    if (!replace(p, &chain, ops[k][MAX_CHAIN], &fused, at)) return false;
  }
  return true;
}

bool ln_tape_fuse(LnTape *t, LnTensor *const *keep, int n_keep) {
  const LnOp *ops[N_PATTERNS][MAX_CHAIN + 1] = {{NULL}};
  Pass p = {0};
  if (!begin_pass(&p, t, keep, n_keep)) return false;
  for (int k = 0; k < N_PATTERNS; k++) {
    for (int i = 0; i < MAX_CHAIN && patterns[k].chain[i]; i++)
      ops[k][i] = ln_op_find(patterns[k].chain[i]);
    ops[k][MAX_CHAIN] = ln_op_find(patterns[k].fused);
  }
  bool ok = true;
  for (int64_t i = 0; ok && i < t->n; i++)
    for (bool more = t->nodes[i]->runs; ok && more;) ok = fuse_at(&p, ops, i, &more);
  ln_map_free(&p.tensors);
  free(p.use);
  return ok;
}

// ---- losses of probabilities from what the probabilities were made of

LnTensor *ln_tape_logits(const LnTape *t, const LnTensor *y_pred, const char *activation) {
  const LnCall *call = t && activation ? ln_tape_producer(t, y_pred) : NULL;
  return call && strcmp(call->op->name, activation) == 0 && along_last_axis(call) ? call->in[0]
                                                                                 : NULL;
}

// ---- an optimizer's plain step where the gradient is computed

typedef struct Step {
  const LnTensor *x;
  LnTensor *target;
  const double *scale;
} Step;

static bool take_step(void *job) {
  const Step *s = job;
  ln_tensor_add_scaled(s->target, *s->scale, s->x);
  return true;
}

bool ln_tape_add_into(LnTape *t, const LnTensor *x, LnTensor *target, const double *scale) {
  const int64_t at = ln_tape_position(t, x);
  LnTapeNode *maker = at < 0 ? NULL : t->nodes[at], *reader = NULL;
  bool alone = true;   // nobody else wants x
  for (int64_t i = t->n - 1; i > at; i--) {
    LnTapeNode *n = t->nodes[i];
    if (!n->runs) continue;
    if (n->call.op->check) return false;
    for (int j = 0; j < n->call.n_in; j++) {
      if (!n->call.in[j]) continue;
      if (!reader && ln_tensors_overlap(target, n->call.in[j])) reader = n;
      if (ln_tensors_overlap(x, n->call.in[j])) alone = false;
    }
  }
  if (!maker || !maker->runs || !ln_tensor_is_contiguous(target) || !ln_tensor_is_contiguous(x) ||
      x->dtype < LN_FLOAT32 || target->dtype != x->dtype ||
      !ln_tensor_same_shape(target, x))
    return false;
  alone = alone && !reader && maker->call.n_out == 1 && !maker->jobs;
  if (alone && maker->call.op->add && maker->call.op->add(&maker->call, 0, NULL)) {
    maker->target = target;
    maker->scale = scale;
    return true;
  }
  return ln_tape_add_job(t, reader ? reader : maker, take_step, &(Step){x, target, scale},
                         sizeof(Step));
}
