// Homographies: the perspective that takes four points to four others.
#include <math.h>
#include <string.h>

#include "kernels/copy.h"
#include "ops/image.h"

// a x = b of eight equations, b as a ninth column, by elimination with pivots; false: no one
// solution.
static bool solve(double (*a)[9], double *x) {
  for (int k = 0; k < 8; k++) {
    int pivot = k;
    for (int i = k + 1; i < 8; i++)
      if (fabs(a[i][k]) > fabs(a[pivot][k])) pivot = i;
    if (!(fabs(a[pivot][k]) > 1e-12)) return false;
    for (int j = 0; j < 9; j++) {
      double swapped = a[k][j];
      a[k][j] = a[pivot][j];
      a[pivot][j] = swapped;
    }
    for (int i = 0; i < 8; i++) {
      double factor = i == k ? 0 : a[i][k] / a[k][k];
      for (int j = k; j < 9; j++) a[i][j] -= factor * a[k][j];
    }
  }
  for (int k = 0; k < 8; k++) x[k] = a[k][8] / a[k][k];
  return true;
}

// The eight numbers of kernels/warp.h by which `to` looks up `from`, four points (x, y) each.
static bool homography(const double *from, const double *to, double *t) {
  double a[8][9];
  for (int i = 0; i < 4; i++) {
    double x = to[2 * i], y = to[2 * i + 1];
    for (int k = 0; k < 2; k++) {
      double u = from[2 * i + k];
      double row[] = {k ? 0 : x, k ? 0 : y, k ? 0 : 1, k ? x : 0, k ? y : 0, k ? 1 : 0,
                      -u * x, -u * y, u};
      memcpy(a[2 * i + k], row, sizeof row);
    }
  }
  return solve(a, t);
}

static bool shape(const LnCall *call, LnSpec *out) {
  const LnTensor *from = call->in[0], *to = call->in[1];
  if (from->rank != 3 || !ln_dims_fit(from->shape[1], 4) || !ln_dims_fit(from->shape[2], 2) ||
      !ln_tensor_shapes_fit(from, to))
    return ln_fail(call->context, "homography: points of shape (batch, 4, 2) expected, got %s and "
                   "%s", ln_tensor_shape_text(from), ln_tensor_shape_text(to));
  LnDtype d = ln_dtype_float(ln_call_dtype(call));
  return ln_spec(call, out, d, 2, (int64_t[]){from->shape[0], 8});
}

// The eight numbers of picture i.
static bool of_picture(const LnCall *call, int64_t i, double *t) {
  double points[2][8];
  for (int k = 0; k < 2; k++)
    for (int64_t j = 0; j < 8; j++)
      points[k][j] = ln_tensor_get(call->in[k], (int64_t[]){i, j / 2, j % 2});
  return homography(points[0], points[1], t);
}

static bool check(const LnCall *call) {
  double t[8];
  for (int64_t i = 0; i < call->in[0]->shape[0]; i++)
    if (!of_picture(call, i, t))
      return ln_fail(call->context, "homography: three of the four end points lie on a line");
  return true;
}

static void forward(const LnCall *call) {
  LnTensor *y = call->out[0];
  for (int64_t i = 0; i < y->shape[0]; i++) {
    double t[8];
    if (!of_picture(call, i, t)) continue;
    for (int j = 0; j < 8; j++) {
      if (y->dtype == LN_FLOAT64) ((double *)y->data)[8 * i + j] = t[j];
      else ((float *)y->data)[8 * i + j] = (float)t[j];
    }
  }
}

const LnOp ln_ops_homography[] = {
  {.name = "homography", .n_in = 2, .n_out = 1, .flags = LN_OP_FUNCTION_ONLY | LN_OP_NO_GRADIENT,
   .shape = shape, .check = check, .forward = forward,
   .samples = "x(1,4,2) + ln.tensor{{{0, 0}, {2, 0}, {0, 3}, {2, 3}}}, x(1,4,2) + "
              "ln.tensor{{{0, 0}, {20, 0}, {0, 30}, {20, 30}}}",
   .doc = "(start_points, end_points): the eight numbers, (batch, 8), by which\n"
          "ln.affine_transform shows at the end points what was at the start points, four points\n"
          "(x, y) each, (batch, 4, 2). No gradient. Errors: other shapes; points on a line.\n"
          "Example:\n"
          "local corners = ln.tensor{{{0, 0}, {2, 0}, {0, 2}, {2, 2}}}\n"
          "ln.homography(corners, corners * 2):flatten()[1]  --> 0.5\n"},
  {0}};

LnTensor *ln_homography(LnContext *c, LnTensor *from, LnTensor *to) {
  return LN_APPLY2(c, &ln_ops_homography[0], NULL, from, to);
}
