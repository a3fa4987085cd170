// Whether two kept tapes did the same: what a promise of replay is held to.
#include <string.h>

#include "autograd/nodes.h"

static bool same_params(const LnCall *a, const LnCall *b) {
  for (const LnField *f = a->params ? a->op->fields : NULL; f && f->size; f++)
    if (memcmp((const char *)a->params + f->offset, (const char *)b->params + f->offset, f->size))
      return false;
  return !a->params || ln_options_equal(a->op->options, a->params, b->params);
}

// Numbers the tensors of a tape: what goes in, then the results of calls.
static bool number(LnContext *c, LnMap *m, const LnTape *t, const LnTapeEnds *ends) {
  if (!ln_map_init(m, ln_tape_count_tensors(t, t->n) + (size_t)ends->n_in))
    return ln_fail(c, "out of memory");
  for (int i = 0; i < ends->n_in; i++)
    if (ends->in[i]) ln_map_put(m, ends->in[i]);
  for (int64_t i = 0; i < t->n; i++)
    for (int j = 0; j < t->nodes[i]->call.n_out; j++) ln_map_put(m, t->nodes[i]->call.out[j]);
  return true;
}

static bool same_place(const LnTensor *x, const LnTensor *y) {
  bool same = x->data == y->data;
  for (int i = 0; i < x->rank; i++)
    same = same && (x->stride[i] == y->stride[i] || x->shape[i] < 2);
  return same;
}

// Of what no call of the tape made: state is the same only as itself, constants by their bits.
static bool same_constant(LnContext *c, LnTensor *x, LnTensor *y) {
  if (x == y) return true;
  if (x->state || y->state || !x->storage || !y->storage || x->dtype != y->dtype ||
      !ln_tensor_same_shape(x, y))
    return false;
  if (x->storage == y->storage && !same_place(x, y)) return false;   // another view
  LnTensor *a = ln_tensor_contiguous(c, x), *b = ln_tensor_contiguous(c, y);
  bool same = a && b && (a->size == 0 || memcmp(a->data, b->data, (size_t)a->size *
                                                ln_dtype_size((LnDtype)a->dtype)) == 0);
  ln_release(a);
  ln_release(b);
  return same;
}

static bool same_tensor(LnContext *c, const LnMap *a, const LnMap *b, LnTensor *x, LnTensor *y) {
  if (!x || !y) return x == y;
  const int64_t i = ln_map_find(a, x), j = ln_map_find(b, y);
  return i >= 0 || j >= 0 ? i == j : same_constant(c, x, y);
}

static bool same_call(LnContext *c, const LnMap *ma, const LnMap *mb, const LnCall *a,
                      const LnCall *b, long long at) {
  if (a->op != b->op || a->n_in != b->n_in || a->n_out != b->n_out)
    return ln_fail(c, "op %lld was %s and is now %s", at, a->op->name, b->op->name);
  for (int j = 0; j < a->n_out; j++)
    if (!ln_tensor_same_shape(a->out[j], b->out[j]) || a->out[j]->dtype != b->out[j]->dtype)
      return ln_fail(c, "op %lld, %s, gave shape %s and now gives %s", at, a->op->name,
                     ln_tensor_shape_text(a->out[j]), ln_tensor_shape_text(b->out[j]));
  if (!same_params(a, b)) return ln_fail(c, "op %lld, %s, has other options", at, a->op->name);
  for (int j = 0; j < a->n_in; j++)
    if (!same_tensor(c, ma, mb, a->in[j], b->in[j]))
      return ln_fail(c, "op %lld, %s, has another input %d (a result of another op, or a constant "
                        "of another value)", at, a->op->name, j + 1);
  return true;
}

static bool same_calls(LnContext *c, const LnTape *a, const LnTape *b, const LnMap *ma,
                       const LnMap *mb) {
  for (int64_t i = 0; i < a->n && i < b->n; i++)
    if (!same_call(c, ma, mb, &a->nodes[i]->call, &b->nodes[i]->call, (long long)i + 1))
      return false;
  return a->n == b->n ||
         ln_fail(c, "there were %lld ops and are now %lld", (long long)a->n, (long long)b->n);
}

static bool same_results(LnContext *c, const LnTapeEnds *a, const LnTapeEnds *b, const LnMap *ma,
                         const LnMap *mb) {
  if (a->n_out != b->n_out)
    return ln_fail(c, "there were %d results and are now %d", a->n_out, b->n_out);
  for (int i = 0; i < a->n_out; i++)
    if (!same_tensor(c, ma, mb, a->out[i], b->out[i]))
      return ln_fail(c, "result %d comes from another op, or is another constant", i + 1);
  return true;
}

bool ln_tape_same(LnContext *c, const LnTape *a, const LnTape *b, const LnTapeEnds *of_a,
                  const LnTapeEnds *of_b) {
  LnMap ma = {0}, mb = {0};
  const bool same = number(c, &ma, a, of_a) && number(c, &mb, b, of_b) &&
                    same_calls(c, a, b, &ma, &mb) && same_results(c, of_a, of_b, &ma, &mb);
  ln_map_free(&ma);
  ln_map_free(&mb);
  return same;
}
