// Einstein summation, made of other ops: each tensor is brought to distinct labels (diagonals, sums
// over labels that nobody else has), then they are multiplied pair by pair, as matrix products
// wherever a label is summed over. Labels are numbers: letters, then the axes that "..." stands
// for.
#include "ops/einsum.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "ops/diagonal.h"
#include "ops/ops.h"

enum { LETTERS = 52, LABELS = LETTERS + LN_MAX_RANK, MAX_TERMS = 32 };

typedef struct Term {
  LnTensor *x;
  int n;                    // labels, one an axis
  int label[LN_MAX_RANK];
} Term;

typedef struct Equation {
  LnContext *c;
  const char *text;
  int64_t length[LABELS];   // of each label; 0 until one is seen (marked by `seen`)
  bool seen[LABELS];
  Term term[MAX_TERMS], out;
  int terms;
} Equation;

static int letter(char ch) { return ch >= 'a' ? ch - 'a' + 26 : ch - 'A'; }

static char name_of(int label) {
  return label >= LETTERS ? '.' : (char)(label >= 26 ? 'a' + label - 26 : 'A' + label);
}

// One side's labels up to a comma, an arrow or the end; "..." becomes `dots` labels.
static bool parse_term(const Equation *e, const char **at, Term *t, int rank, int *dots) {
  const char *p = *at;
  int letters = 0, ellipses = 0;
  for (const char *q = p; *q && *q != ',' && *q != '-'; q++) {
    if (isalpha((unsigned char)*q)) letters++;
    else if (strncmp(q, "...", 3) == 0) ellipses++, q += 2;
    else if (*q != ' ')
      return ln_fail(e->c, "einsum: unexpected '%c' in \"%s\"", *q, e->text);
  }
  if (ellipses > 1) return ln_fail(e->c, "einsum: two '...' in one term of \"%s\"", e->text);
  if (rank >= 0) *dots = ellipses ? rank - letters : 0;
  int wide = ellipses ? *dots : 0;
  if ((rank >= 0 && letters + wide != rank) || wide < 0)
    return ln_fail(e->c, "einsum: tensor %d has shape %s, but \"%s\" names %d of its axes",
                   e->terms + 1, ln_tensor_shape_text(t->x), e->text, letters);
  if (letters + wide > LN_MAX_RANK)
    return ln_fail(e->c, "einsum: a tensor has at most %d axes: \"%s\"", LN_MAX_RANK, e->text);
  t->n = 0;
  for (; *p && *p != ',' && *p != '-'; p++) {
    if (*p == ' ') continue;
    if (*p != '.') {
      t->label[t->n++] = letter(*p);
      continue;
    }
    for (int i = 0; i < wide; i++) t->label[t->n++] = LETTERS + wide - 1 - i;
    p += 2;
  }
  *at = p;
  return true;
}

// The axes of term t say how long its labels are.
static bool measure(Equation *e, const Term *t) {
  for (int i = 0; i < t->n; i++) {
    const int l = t->label[i];
    const int64_t length = t->x->shape[i];
    if (e->seen[l] && !ln_dims_fit(e->length[l], length) && e->length[l] != 1 && length != 1)
      return ln_fail(e->c, "einsum: label '%c' of \"%s\" is %lld here and %lld there",
                     name_of(l), e->text, (long long)e->length[l], (long long)length);
    if (!e->seen[l] || e->length[l] == 1) e->length[l] = length;
    else if (length != 1) e->length[l] = ln_dim_known(e->length[l], length);
    e->seen[l] = true;
  }
  return true;
}

// The result of an equation without an arrow: "..." and the labels that come once, in alphabetical
// order.
static bool implied_result(Equation *e, int widest) {
  int count[LABELS] = {0};
  for (int k = 0; k < e->terms; k++)
    for (int i = 0; i < e->term[k].n; i++) count[e->term[k].label[i]]++;
  for (int i = widest - 1; i >= 0; i--) e->out.label[e->out.n++] = LETTERS + i;
  for (int l = 0; l < LETTERS; l++) {
    if (count[l] != 1) continue;
    if (e->out.n == LN_MAX_RANK) return ln_fail(e->c, "einsum: too many axes: \"%s\"", e->text);
    e->out.label[e->out.n++] = l;
  }
  return true;
}

// The result behind the arrow, at p.
static bool parse_result(Equation *e, const char *p, int widest) {
  if (!parse_term(e, &p, &e->out, -1, &widest)) return false;
  if (*p) return ln_fail(e->c, "einsum: \"%s\" has more than one result", e->text);
  for (int i = 0; i < e->out.n; i++) {
    if (!e->seen[e->out.label[i]])
      return ln_fail(e->c, "einsum: label '%c' of the result of \"%s\" is in no tensor",
                     name_of(e->out.label[i]), e->text);
    for (int j = 0; j < i; j++)
      if (e->out.label[i] == e->out.label[j])
        return ln_fail(e->c, "einsum: label '%c' is twice in the result of \"%s\"",
                       name_of(e->out.label[i]), e->text);
  }
  return true;
}

static bool parse(Equation *e, LnTensor *const *x, int n) {
  const char *p = e->text;
  int widest = 0;
  for (e->terms = 0; e->terms < n; e->terms++) {
    Term *t = &e->term[e->terms];
    int dots;
    t->x = x[e->terms];
    if (!parse_term(e, &p, t, t->x->rank, &dots)) return false;
    if (dots > widest) widest = dots;
    bool last = e->terms + 1 == n;
    if (!last && *p++ != ',')
      return ln_fail(e->c, "einsum: \"%s\" names %d tensor%s, got %d", e->text, e->terms + 1,
                     e->terms ? "s" : "", n);
    if (last && *p == ',')
      return ln_fail(e->c, "einsum: \"%s\" names more than %d tensor%s", e->text, n,
                     n > 1 ? "s" : "");
    if (!measure(e, t)) return false;
  }
  if (*p == '\0') return implied_result(e, widest);
  if (p[0] != '-' || p[1] != '>')
    return ln_fail(e->c, "einsum: unexpected '%c' in \"%s\"", *p, e->text);
  return parse_result(e, p + 2, widest);
}

static int find(const Term *t, int label) {
  for (int i = 0; i < t->n; i++)
    if (t->label[i] == label) return i;
  return -1;
}

static void drop(Term *t, int axis) {
  for (int i = axis; i + 1 < t->n; i++) t->label[i] = t->label[i + 1];
  t->n--;
}

// Whether a label is wanted by the result or by a term from `first` on.
static bool wanted(const Equation *e, int label, int first) {
  if (find(&e->out, label) >= 0) return true;
  for (int i = first; i < e->terms; i++)
    if (find(&e->term[i], label) >= 0) return true;
  return false;
}

// Distinct labels of the right length, none of them this term's alone.
static bool tidy(Equation *e, Term *t, int at) {
  LnContext *c = e->c;
  for (int i = 0; i < t->n; i++) {
    for (int j = i + 1; j < t->n; j++) {
      if (t->label[j] != t->label[i]) continue;
      int label = t->label[i];
      if (!ln_dims_fit(t->x->shape[i], t->x->shape[j]))
        return ln_fail(c, "einsum: label '%c' of \"%s\" is %lld here and %lld there",
                       name_of(label), e->text, (long long)t->x->shape[i],
                       (long long)t->x->shape[j]);
      if (!(t->x = ln_diagonal(c, t->x, i, j))) return false;
      drop(t, j);
      drop(t, i);
      t->label[t->n++] = label;
      i = -1;  // the axes have moved: look again
      break;
    }
  }
  for (int i = t->n - 1; i >= 0; i--) {
    // An axis of 1 against a longer one broadcasts: without it, the others supply the label.
    bool broadcast = t->x->shape[i] == 1 && e->length[t->label[i]] != 1;
    bool alone = !wanted(e, t->label[i], at + 1);
    for (int k = 0; k < at && alone; k++) alone = find(&e->term[k], t->label[i]) < 0;
    if (!broadcast && !alone) continue;
    t->x = broadcast ? ln_squeeze(c, t->x, i) : ln_sum(c, t->x, i, false);
    if (!t->x) return false;
    drop(t, i);
  }
  return true;
}

// t's axes in the order of these labels; an axis for each that t lacks, of length 1.
static LnTensor *arranged(LnContext *c, const Term *t, const int *labels, int n) {
  int order[LN_MAX_RANK], k = 0;
  bool same = true;
  LnTensor *x = t->x;
  for (int i = 0; i < n; i++) {
    int axis = find(t, labels[i]);
    if (axis >= 0) order[k++] = axis;
  }
  for (int i = 0; i < k; i++) same = same && order[i] == i;
  if (!same) x = ln_permute(c, x, k, order);
  for (int i = 0; i < n && x; i++)
    if (find(t, labels[i]) < 0) x = ln_expand_dims(c, x, i);
  return x;
}

static LnTensor *merged(LnContext *c, LnTensor *x, int batch, int first, int second) {
  int64_t shape[LN_MAX_RANK], a = 1, b = 1;
  if (!x || (first == 1 && second == 1)) return x;
  for (int i = 0; i < batch; i++) shape[i] = x->shape[i];
  for (int i = 0; i < first; i++) a = ln_dim_times(a, x->shape[batch + i]);
  for (int i = 0; i < second; i++) b = ln_dim_times(b, x->shape[batch + first + i]);
  shape[batch] = a;
  shape[batch + 1] = b;
  return ln_reshape(c, x, batch + 2, shape);
}

// a times b, summed over the labels that neither the result nor a term from `next` on wants.
static bool multiply(Equation *e, Term *a, const Term *b, int next) {
  LnContext *c = e->c;
  int batch[LN_MAX_RANK], left[LN_MAX_RANK], right[LN_MAX_RANK], bound[LN_MAX_RANK];
  int nb = 0, nl = 0, nr = 0, nk = 0, rank;
  for (int i = 0; i < a->n; i++) {
    int l = a->label[i];
    if (find(b, l) < 0) left[nl++] = l;
    else if (wanted(e, l, next)) batch[nb++] = l;
    else bound[nk++] = l;
  }
  for (int i = 0; i < b->n; i++)
    if (find(a, b->label[i]) < 0) right[nr++] = b->label[i];
  rank = nb + nl + nr;
  if (rank > LN_MAX_RANK || nb + 2 > LN_MAX_RANK)
    return ln_fail(c,
                   "einsum: \"%s\" needs a tensor of %d axes on the way, at most %d are possible",
                   e->text, rank > nb + 2 ? rank : nb + 2, LN_MAX_RANK);
  Term result = {.n = rank};
  memcpy(result.label, batch, (size_t)nb * sizeof *batch);
  memcpy(result.label + nb, left, (size_t)nl * sizeof *left);
  memcpy(result.label + nb + nl, right, (size_t)nr * sizeof *right);
  if (nk == 0) {
    LnTensor *x = arranged(c, a, result.label, rank), *y = arranged(c, b, result.label, rank);
    result.x = ln_mul(c, x, y);
  } else {
    int order[2 * LN_MAX_RANK];
    int64_t shape[LN_MAX_RANK];
    memcpy(order, batch, (size_t)nb * sizeof *batch);
    memcpy(order + nb, left, (size_t)nl * sizeof *left);
    memcpy(order + nb + nl, bound, (size_t)nk * sizeof *bound);
    LnTensor *x = merged(c, arranged(c, a, order, nb + nl + nk), nb, nl, nk);
    memcpy(order + nb, bound, (size_t)nk * sizeof *bound);
    memcpy(order + nb + nk, right, (size_t)nr * sizeof *right);
    LnTensor *y = merged(c, arranged(c, b, order, nb + nk + nr), nb, nk, nr);
    result.x = ln_matmul(c, x, y);
    if (nl != 1 || nr != 1) {
      for (int i = 0; i < rank; i++) shape[i] = e->length[result.label[i]];
      result.x = ln_reshape(c, result.x, rank, shape);
    }
  }
  *a = result;
  return a->x;
}

LnTensor *ln_einsum(LnContext *c, const char *equation, LnTensor *const *x, int n) {
  Equation e = {.c = c, .text = equation};
  if (n < 1 || n > MAX_TERMS) {
    ln_fail(c, "einsum: takes 1 to %d tensors, got %d", MAX_TERMS, n);
    return NULL;
  }
  for (int i = 0; i < n; i++)
    if (!x[i]) return NULL;
  if (!parse(&e, x, n)) return NULL;
  for (int i = 0; i < n; i++)
    if (!tidy(&e, &e.term[i], i)) return NULL;
  Term all = e.term[0];
  // What is joined already is no term of its own any more.
  e.term[0].n = 0;
  for (int i = 1; i < n; i++) {
    Term next = e.term[i];
    e.term[i].n = 0;
    if (!multiply(&e, &all, &next, i + 1)) return NULL;
  }
  return arranged(c, &all, e.out.label, e.out.n);
}

typedef struct Einsum {
  const char *equation;
} Einsum;

static bool einsum_compose(const LnCall *call, LnTensor **out) {
  const char *equation = ((const Einsum *)call->params)->equation;
  return (out[0] = ln_einsum(call->context, equation ? equation : "", call->in, call->n_in));
}

static const LnOption options[] = {
  {"equation", LN_OPT_STRING, offsetof(Einsum, equation),
   .doc = "the labels of each tensor's axes, separated by commas, and after -> those of the "
          "result"},
  {0}};

const LnOp ln_ops_einsum[] = {
  {.name = "einsum", .n_in = 1, .n_out = 1, .flags = LN_OP_LIST, .options = options,
   .params_size = sizeof(Einsum), .compose = einsum_compose,
   .samples = "{x(2,3), x(3,4)}, \"ij,jk->ik\"\n{x(2,3), x(2,3)}, \"ij,ij->i\"\n"
              "{x(3,3)}, \"ii->i\"\n{x(2,3)}, \"ij->\"\n{x(2,3), x(3,4), x(4,2)}, \"ij,jk,kl\"\n"
              "{x(2,3,4), x(2,4,2)}, \"...ij,...jk->...ik\"\n"
              "{x(2,3,2,2), x(2,4,2,2)}, \"bqhd,bkhd->bhqk\"",
   .doc = "(equation, a, b, ...) or ({a, b, ...}, equation): sums of products by labelled axes.\n"
          "Axes of one label are multiplied with each other; labels that the result does not name\n"
          "are summed over; \"...\" stands for any further axes, which broadcast. Without \"->\" "
          "the\n"
          "result has the labels that come once, in alphabetical order.\n"
          "Errors: labels that do not fit the shapes, or each other's lengths.\n"
          "Example:\n"
          "ln.einsum(\"ij,j->i\", ln.tensor{{1, 2}, {3, 4}}, ln.tensor{1, 1})  --> [3. 7.]\n"},
  {0}};
