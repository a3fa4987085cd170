// Convolution as products whose left side is gathered (LnGather): the patches that a kernel meets,
// (pixels, taps x channels), are never there as a whole, but packed block by block, (mc, DEPTH), as
// the product comes to them.
//   forward:    patches of x    times  k                        pixels of y by filters
//   transpose:  patches of y    times  k, its taps transposed   pixels of x by channels
//   kernel:     patches of x'   times  y                        taps x channels by filters
// With strides, the transpose is one such product for each phase of x (positions modulo stride),
// which meets only the taps that reach it; its rows are written in runs. A kernel of one tap needs
// no gathering, and one of a channel for each filter (depthwise) is computed directly, in blocks of
// channels.
#include "base/simd.h"
#include "kernels/conv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/threads.h"
#include "base/workspace.h"

#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)
#define VECTOR_(T) T##16
#define VECTOR(T) VECTOR_(T)

// ---- patches

// The matrix (pixels of a grid, taps x channels) over an image.
typedef struct Patches {
  const void *image;
  LnDtype dtype;
  int64_t size[3], total;        // of the image; its channels
  int64_t first, channels;       // those of the group
  int64_t grid[3], taps[3];
  int64_t step[3], spread[3], origin[3];  // position = pixel step + tap spread + origin
  bool transposed;               // rows are taps x channels
  bool by_pixels;                // copied along pixels
} Patches;

// So many pixels in a line, from (b, z, y, x) on.
typedef struct Line {
  int64_t b, z, y, x, n;
} Line;

static Line line_of(const Patches *p, int64_t pixel, int64_t pixels) {
  Line l = {.x = pixel % p->grid[2]};
  l.n = p->grid[2] - l.x < pixels ? p->grid[2] - l.x : pixels;
  pixel /= p->grid[2];
  l.y = pixel % p->grid[1], pixel /= p->grid[1];
  l.z = pixel % p->grid[0], l.b = pixel / p->grid[0];
  return l;
}

// Where the line of the image begins that a tap meets, in elements; false: it lies outside. *x is
// what meets the first pixel, perhaps outside of the line.
static bool meets(const Patches *p, const Line *l, int64_t tap, int64_t *offset, int64_t *x) {
  const int64_t tx = tap % p->taps[2], ty = tap / p->taps[2] % p->taps[1];
  const int64_t tz = tap / p->taps[2] / p->taps[1];
  const int64_t z = l->z * p->step[0] + tz * p->spread[0] + p->origin[0];
  const int64_t y = l->y * p->step[1] + ty * p->spread[1] + p->origin[1];
  *x = l->x * p->step[2] + tx * p->spread[2] + p->origin[2];
  if (z < 0 || z >= p->size[0] || y < 0 || y >= p->size[1]) return false;
  *offset = ((l->b * p->size[0] + z) * p->size[1] + y) * p->size[2] * p->total;
  return true;
}

// How many taps' channels lie one after another in the image.
static int64_t together(const Patches *p) {
  return p->spread[2] == 1 && p->channels == p->total ? p->taps[2] : 1;
}

#define T float
#include "kernels/conv_patches.h"
#define T double
#include "kernels/conv_patches.h"

static void read(const void *from, int64_t row, int64_t rows, int64_t column, int64_t columns,
                 void *to, int64_t ld) {
  const Patches *p = from;
  const int64_t pixel = p->transposed ? column : row, pixels = p->transposed ? columns : rows;
  const int64_t k = p->transposed ? row : column, n = p->transposed ? rows : columns;
  if (p->dtype == LN_FLOAT32)
    (p->by_pixels ? float_by_pixels : float_by_channels)(p, pixel, pixels, k, n, to, ld);
  else
    (p->by_pixels ? double_by_pixels : double_by_channels)(p, pixel, pixels, k, n, to, ld);
}

enum { FEW_CHANNELS = 8 };

// Along whichever of the two there are longer runs.
static LnGather gather_of(Patches *p) {
  p->by_pixels = together(p) * p->channels < FEW_CHANNELS;
  return (LnGather){.read = read, .from = p, .by_columns = p->by_pixels != p->transposed};
}

// ---- geometry

static int64_t times(const int64_t *n) { return n[0] * n[1] * n[2]; }

static size_t width_of(const LnConv *v) {
  return v->dtype == LN_FLOAT32 ? sizeof(float) : sizeof(double);
}

static const void *at(const LnConv *v, const void *data, int64_t elements) {
  return (const char *)data + elements * (int64_t)width_of(v);
}

// One tap that stands on each element in its turn: images are matrices as they are.
static bool pointwise(const LnConv *v) {
  for (int i = 0; i < 3; i++)
    if (v->taps[i] != 1 || v->stride[i] != 1 || v->before[i] != 0 || v->in[i] != v->out[i])
      return false;
  return true;
}

static bool depthwise(const LnConv *v) { return v->groups > 1 && v->groups == v->channels; }

// Patches of x for group g.
static Patches patches_of(const LnConv *v, const void *x, int64_t g) {
  Patches p = {.image = x, .dtype = v->dtype, .total = v->channels,
               .channels = v->channels / v->groups};
  p.first = g * p.channels;
  for (int i = 0; i < 3; i++) {
    p.size[i] = v->in[i], p.grid[i] = v->out[i], p.taps[i] = v->taps[i];
    p.step[i] = v->stride[i], p.spread[i] = v->dilation[i], p.origin[i] = -v->before[i];
  }
  return p;
}

// ---- what is done with sums

enum { LANES = 16 };   // of a vector

#define END(T)                                                                                   \
  /* Of so many elements, n = 16 neighbouring channels, or one. */                               \
  LN_INLINE void T##_end_block(const LnConvEnd *end, int64_t channels, int64_t elements,         \
                               int64_t c, const int n, T *to) {                                  \
    const T least = end->act == LN_ACT_LINEAR ? -(T)INFINITY : 0;                                \
    const T most = end->act == LN_ACT_RELU6 ? 6 : (T)INFINITY;                                   \
    T mean[LANES], factor[LANES], offset[LANES];                                                 \
    const bool normal = end->mean;                                                               \
    LN_LANES for (int l = 0; normal && l < n; l++) {                                             \
      mean[l] = ((const T *)end->mean)[c + l], factor[l] = ((const T *)end->factor)[c + l];      \
      offset[l] = ((const T *)end->offset)[c + l];                                               \
    }                                                                                            \
    to += c;                                                                                     \
    for (int64_t i = 0; normal && i < elements; i++, to += channels)                             \
      LN_LANES for (int l = 0; l < n; l++) {                                                     \
        const T v = (to[l] - mean[l]) * factor[l] + offset[l], low = v < least ? least : v;      \
        to[l] = low > most ? most : low;                                                         \
      }                                                                                          \
    for (int64_t i = 0; !normal && i < elements; i++, to += channels)                            \
      LN_LANES for (int l = 0; l < n; l++) to[l] = to[l] < 0 ? 0 : to[l];                        \
  }                                                                                              \
  /* Of elements that lie together; to has their sums and the bias. */                           \
  LN_INLINE void T##_end(const LnConvEnd *end, int64_t channels, int64_t elements, T *to) {      \
    int64_t c = 0;                                                                               \
    if (!end->mean && end->act == LN_ACT_LINEAR) return;                                         \
    for (; c + LANES <= channels; c += LANES)                                                    \
      T##_end_block(end, channels, elements, c, LANES, to);                                      \
    for (; c < channels; c++) T##_end_block(end, channels, elements, c, 1, to);                  \
  }
END(float)
END(double)

// ---- depthwise, directly

// Forward, what is written is y and what is read x; back, the other way round.
typedef struct Direct {
  const LnConv *v;
  const void *source, *k;
  const LnConvEnd *end;
  void *target;
  bool back;
} Direct;

// The source's position that a tap of the target's position meets along an axis, or -1.
LN_INLINE int64_t source_at(const LnConv *v, bool back, int axis, int64_t place, int64_t tap) {
  if (!back) {
    const int64_t p = place * v->stride[axis] - v->before[axis] + tap * v->dilation[axis];
    return p < v->in[axis] ? p : -1;
  }
  const int64_t p = place + v->before[axis] - tap * v->dilation[axis], s = v->stride[axis];
  if (p < 0 || (s > 1 && p % s != 0) || p / s >= v->out[axis]) return -1;
  return p / s;
}

enum {
  LISTED = 64,         // taps that are summed in one go
  BLOCK = 2 * LANES,   // channels of the kernel's gradient that one thread does at a time
};

#define T float
#include "kernels/conv_depthwise.h"
#define T double
#include "kernels/conv_depthwise.h"

static void direct(const LnConv *v, bool back, const void *source, const void *k,
                   const LnConvEnd *end, void *target) {
  Direct d = {v, source, k, end, target, back};
  const int64_t *size = back ? v->in : v->out;
  const int64_t work = size[2] * v->filters * times(v->taps) + 1;
  ln_parallel(v->batch * size[0] * size[1], 32768 / work + 1,
              v->dtype == LN_FLOAT32 ? float_rows : double_rows, &d);
}

// ---- Winograd

// A kernel of 3 by 3, one place after the other, as F(2 x 2, 3 x 3) of Lavin and Gray, "Fast
// algorithms for convolutional neural networks", 2016: tiles of 4 by 4 of the image and the kernel
// are transformed so that 16 products of elements, of matrices with all channels, do the work of
// 36. The kernel's gradient is the transpose of that: sums of products of both images' tiles.
// Measured with 64 to 64 channels, 56 by 56: 1.6 times as fast as the patches' product.
typedef struct Winograd {
  LnDtype dtype;
  const void *source;
  const LnConvEnd *end;
  void *kernel, *target, *room;             // of the kernel: 16 matrices (channels, filters)
  int64_t batch, channels, filters;         // of source and target
  int64_t in[2], out[2], before[2];
  int64_t down, across, tiles, each;        // tiles of the target; at a time; of a piece
  int64_t pieces;
} Winograd;

// A tile of the target.
typedef struct Tile {
  int64_t b, y, x;
} Tile;

static Tile tile_at(const Winograd *w, int64_t tile) {
  const int64_t row = tile / w->across;
  return (Tile){row / w->down, row % w->down, tile % w->across};
}

static inline void next_tile(const Winograd *w, Tile *t) {
  if (++t->x < w->across) return;
  t->x = 0;
  if (++t->y < w->down) return;
  t->y = 0, t->b++;
}

static int64_t end_of_piece(const Winograd *w, int64_t piece) {
  const int64_t all = w->batch * w->down * w->across, end = (piece + 1) * w->each;
  return end < all ? end : all;
}

#define T float
#include "kernels/conv_winograd.h"
#define T double
#include "kernels/conv_winograd.h"

enum {
  TILES_BYTES = 512 << 10,   // of what tiles become, to stay in the second-level cache
  LARGE_KERNEL = 128 * 128,  // channels times filters
};

// Whether it is for this convolution or, back, its transpose; if so, how its tiles are.
static bool winograd_plan(const LnConv *v, bool back, Winograd *w) {
  if (v->taps[0] != 1 || v->taps[1] != 3 || v->taps[2] != 3 || v->groups != 1 ||
      v->in[0] != 1 || v->out[0] != 1 || v->before[0] != 0 || v->channels % LANES != 0 ||
      v->filters % LANES != 0 || times(v->stride) != 1 || times(v->dilation) != 1)
    return false;
  *w = (Winograd){.dtype = v->dtype, .batch = v->batch,
                  .channels = back ? v->filters : v->channels,
                  .filters = back ? v->channels : v->filters};
  for (int i = 0; i < 2; i++) {
    w->in[i] = back ? v->out[i + 1] : v->in[i + 1];
    w->out[i] = back ? v->in[i + 1] : v->out[i + 1];
    w->before[i] = back ? 2 - v->before[i + 1] : v->before[i + 1];
  }
  w->down = (w->out[0] + 1) / 2, w->across = (w->out[1] + 1) / 2;
  const int64_t all = w->batch * w->down * w->across;
  w->tiles = TILES_BYTES / (16 * (w->channels + w->filters) * (int64_t)width_of(v)) / 8 * 8;
  if (w->tiles < 32) w->tiles = 32;
  return all >= 2 * w->tiles;   // else not worth the kernel's transform
}

// Cuts the tiles into at most `pieces`, and gives the elements that these need as room.
static int64_t winograd_cut(Winograd *w, int64_t pieces) {
  const int64_t all = w->batch * w->down * w->across, blocks = (all + w->tiles - 1) / w->tiles;
  w->each = (blocks + pieces - 1) / pieces * w->tiles;
  w->pieces = (all + w->each - 1) / w->each;
  return 16 * (w->tiles * (w->channels + w->filters) + 2 * LANES) * w->pieces;
}

// The transpose's kernel has its taps turned round, its channels and filters exchanged.
static void winograd_kernel(const Winograd *w, bool back, const void *k) {
  const int64_t size = w->channels * w->filters, width = w->dtype == LN_FLOAT32 ? 4 : 8;
  char *to = back ? w->room : w->kernel, *kernel = w->kernel;
  if (w->dtype == LN_FLOAT32) float_winograd_kernel(k, size, back, (float *)(void *)to);
  else double_winograd_kernel(k, size, back, (double *)(void *)to);
  for (int i = 0; back && i < 16; i++, to += size * width, kernel += size * width) {
    if (w->dtype == LN_FLOAT32)
      float_exchange((float *)(void *)to, w->channels, w->filters, w->channels,
                     (float *)(void *)kernel);
    else
      double_exchange((double *)(void *)to, w->channels, w->filters, w->channels,
                      (double *)(void *)kernel);
  }
}

// Whether the convolution is done; it is not where there is no memory either.
static bool winograd(const LnConv *v, bool back, const void *source, const void *k,
                     const LnConvEnd *end, void *target) {
  Winograd w;
  if (!winograd_plan(v, back, &w)) return false;
  const int64_t kernel = 16 * w.channels * w.filters;
  int64_t room = winograd_cut(&w, ln_in_parallel() ? 1 : ln_threads());
  if (room < kernel) room = kernel;
  w.source = source, w.end = end, w.target = target;
  w.kernel = ln_workspace_take((size_t)(kernel + room) * width_of(v));
  if (!w.kernel) return false;
  w.room = (char *)w.kernel + kernel * (int64_t)width_of(v);
  winograd_kernel(&w, back, k);
  ln_parallel(w.pieces, 1, v->dtype == LN_FLOAT32 ? float_winograd_pieces : double_winograd_pieces,
              &w);
  ln_workspace_give(w.kernel);
  return true;
}

// The same of the kernel's gradient, whose sums are cut by sizes alone: threads change no bit.
static bool winograd_kernel_of(const LnConv *v, const void *x, const void *y, void *k) {
  Winograd w;
  if (!winograd_plan(v, false, &w)) return false;
  const int64_t size = w.channels * w.filters;
  const int64_t room = winograd_cut(&w, size <= LARGE_KERNEL ? 8 : 4);
  const int64_t kernels = 16 * size * w.pieces;
  w.source = x, w.target = (void *)(uintptr_t)y;   // which is read
  w.kernel = ln_workspace_take((size_t)(kernels + room) * width_of(v));
  if (!w.kernel) return false;
  w.room = (char *)w.kernel + kernels * (int64_t)width_of(v);
  const bool single = v->dtype == LN_FLOAT32;
  ln_parallel(w.pieces, 1, single ? float_winograd_kernel_pieces : double_winograd_kernel_pieces,
              &w);
  for (int64_t piece = 1; piece < w.pieces; piece++) {
    const void *sums = at(v, w.kernel, piece * 16 * size);
    if (single) float_winograd_add(sums, 16 * size, w.kernel);
    else double_winograd_add(sums, 16 * size, w.kernel);
  }
  if (single) float_winograd_kernel_grad(w.kernel, size, k);
  else double_winograd_kernel_grad(w.kernel, size, k);
  ln_workspace_give(w.kernel);
  return true;
}

// ---- the family

// Of filters from f on.
static const void *part(const LnConv *v, const void *list, int64_t f) {
  return list ? at(v, list, f) : NULL;
}

void ln_kernel_conv(const LnConv *v, const void *x, const void *k, const LnConvEnd *end, void *y) {
  if (depthwise(v)) {
    direct(v, false, x, k, end, y);
    return;
  }
  if (winograd(v, false, x, k, end, y)) return;
  for (int64_t g = 0; g < v->groups; g++) {
    Patches p = patches_of(v, x, g);
    const LnGather gather = gather_of(&p);
    const int64_t filters = v->filters / v->groups, f = g * filters;
    LnGemm product = {
      .dtype = v->dtype, .m = v->batch * times(v->out), .n = filters,
      .k = times(v->taps) * p.channels, .alpha = 1, .b = {at(v, k, f), v->filters, 1},
      .bias = part(v, end->bias, f), .mean = part(v, end->mean, f),
      .factor = part(v, end->factor, f), .offset = part(v, end->offset, f), .act = end->act,
      .c = (char *)y + f * (int64_t)width_of(v), .ldc = v->filters};
    if (pointwise(v)) product.a = (LnMatrix){at(v, x, p.first), v->channels, 1};
    else product.gather = &gather;
    ln_gemm(&product);
  }
}

void ln_kernel_conv_kernel(const LnConv *v, const void *x, const void *y, void *k) {
  if (depthwise(v)) {
    Direct d = {.v = v, .source = x, .k = y, .target = k};
    ln_parallel((v->channels + BLOCK - 1) / BLOCK, 1,
                v->dtype == LN_FLOAT32 ? float_kernels : double_kernels, &d);
    return;
  }
  if (winograd_kernel_of(v, x, y, k)) return;
  for (int64_t g = 0; g < v->groups; g++) {
    Patches p = patches_of(v, x, g);
    p.transposed = true;
    const LnGather gather = gather_of(&p);
    const int64_t filters = v->filters / v->groups, f = g * filters;
    LnGemm product = {
      .dtype = v->dtype, .m = times(v->taps) * p.channels, .n = filters,
      .k = v->batch * times(v->out), .alpha = 1, .b = {at(v, y, f), v->filters, 1},
      .c = (char *)k + f * (int64_t)width_of(v), .ldc = v->filters};
    if (pointwise(v)) product.a = (LnMatrix){at(v, x, p.first), 1, v->channels};
    else product.gather = &gather;
    ln_gemm(&product);
  }
}

// ---- transpose

// What of the kernel reaches positions phase, phase + stride, ... of x along one axis: taps first,
// first + every, ..., `taps` of them, the first of which meets y at `origin` for the first of these
// `count` positions, the others `apart` further along each.
typedef struct Phase {
  int64_t phase, count, first, every, taps, origin, apart;
} Phase;

static int64_t divisor(int64_t a, int64_t b) { return b == 0 ? a : divisor(b, a % b); }

static Phase phase_of(const LnConv *v, int axis, int64_t phase) {
  const int64_t s = v->stride[axis], d = v->dilation[axis], common = divisor(s, d);
  Phase p = {.phase = phase, .every = s / common, .apart = -(d / common)};
  p.count = v->in[axis] > phase ? (v->in[axis] - phase + s - 1) / s : 0;
  for (; p.first < p.every && p.first < v->taps[axis]; p.first++) {
    const int64_t place = phase + v->before[axis] - p.first * d;
    if (place % s != 0) continue;
    p.origin = place / s;
    p.taps = (v->taps[axis] - p.first + p.every - 1) / p.every;
    break;
  }
  return p;
}

// The kernel of group g with those taps only, its channels and filters exchanged: (taps, filters,
// channels).
static void exchanged(const LnConv *v, const Phase *p, int64_t g, const void *k, void *to) {
  const int64_t channels = v->channels / v->groups, filters = v->filters / v->groups;
  for (int64_t z = 0; z < p[0].taps; z++)
    for (int64_t y = 0; y < p[1].taps; y++)
      for (int64_t x = 0; x < p[2].taps; x++) {
        const int64_t tap = ((p[0].first + z * p[0].every) * v->taps[1] + p[1].first +
                             y * p[1].every) * v->taps[2] + p[2].first + x * p[2].every;
        const void *from = at(v, k, tap * channels * v->filters + g * filters);
        if (v->dtype == LN_FLOAT32) float_exchange(from, v->filters, channels, filters, to);
        else double_exchange(from, v->filters, channels, filters, to);
        to = (char *)to + channels * filters * (int64_t)width_of(v);
      }
}

// ---- transpose to few channels

// A product with few columns leaves most of its vectors empty. So here it is made the other way
// round: what every element of y adds to x, (pixels, taps x channels), block by block, each added
// to x at once. The blocks of a sample of the batch follow each other, so that its sums do not
// depend on threads.
enum { CONTRIBUTIONS = 8192 };   // elements of a block, on the stack

static bool scatters(const LnConv *v) {
  const int64_t channels = v->channels / v->groups;
  return channels < FEW_CHANNELS && v->filters / v->groups >= FEW_CHANNELS &&
         times(v->taps) * channels <= CONTRIBUTIONS / 8;
}

typedef struct Scatter {
  const LnConv *v;
  const void *y, *k, *bias;
  void *x;
  bool relu;
} Scatter;

#define T float
#include "kernels/conv_scatter.h"
#define T double
#include "kernels/conv_scatter.h"

size_t ln_kernel_conv_transpose_memory(const LnConv *v) {
  if (depthwise(v) || pointwise(v) || scatters(v)) return 0;
  const size_t kernel = (size_t)(times(v->taps) * (v->channels / v->groups) *
                                 (v->filters / v->groups)) * width_of(v);
  return ln_whole_lines(kernel) + (size_t)(v->batch * v->in[0] * v->in[1]) * sizeof(int64_t);
}

// One phase of group g: an even grid of x, or, with strides, lines of it.
static void transpose_phase(const LnConv *v, const Phase *phase, int64_t g, const void *y,
                            LnGemm *product, int64_t *runs) {
  Patches p = {.image = y, .dtype = v->dtype, .total = v->filters,
               .channels = v->filters / v->groups};
  p.first = g * p.channels;
  product->m = v->batch;
  for (int i = 0; i < 3; i++) {
    p.size[i] = v->out[i], p.grid[i] = phase[i].count, p.taps[i] = phase[i].taps;
    p.step[i] = 1, p.spread[i] = phase[i].apart, p.origin[i] = phase[i].origin;
    product->m *= phase[i].count;
  }
  product->k = times(p.taps) * p.channels;
  product->ldc = v->stride[2] * v->channels;
  product->runs = NULL;
  if (times(v->stride) > 1) {
    int64_t n = 0;
    for (int64_t b = 0; b < v->batch; b++)
      for (int64_t i = phase[0].phase; i < v->in[0]; i += v->stride[0])
        for (int64_t j = phase[1].phase; j < v->in[1]; j += v->stride[1])
          runs[n++] = (((b * v->in[0] + i) * v->in[1] + j) * v->in[2] + phase[2].phase) *
                      v->channels;
    product->runs = runs, product->run = phase[2].count;
  }
  const LnGather gather = gather_of(&p);
  product->gather = &gather;
  ln_gemm(product);
}

void ln_kernel_conv_transpose(const LnConv *v, const void *y, const void *k, const LnConvEnd *end,
                              void *x, void *memory) {
  if (depthwise(v)) {
    direct(v, true, y, k, end, x);
    return;
  }
  if (!pointwise(v) && scatters(v)) {
    Scatter s = {v, y, k, end->bias, x, end->act == LN_ACT_RELU};
    ln_parallel(v->batch, 1, v->dtype == LN_FLOAT32 ? float_scatter : double_scatter, &s);
    return;
  }
  if (winograd(v, true, y, k, end, x)) return;
  const int64_t channels = v->channels / v->groups, filters = v->filters / v->groups;
  const size_t kernel = (size_t)(times(v->taps) * channels * filters) * width_of(v);
  int64_t *runs = (int64_t *)(void *)((char *)memory + ln_whole_lines(kernel));
  for (int64_t g = 0; g < v->groups; g++) {
    LnGemm product = {.dtype = v->dtype, .n = channels, .alpha = 1, .act = end->act,
                      .bias = part(v, end->bias, g * channels),
                      .c = (char *)x + g * channels * (int64_t)width_of(v)};
    if (pointwise(v)) {
      product.m = v->batch * times(v->in), product.k = filters, product.ldc = v->channels;
      product.a = (LnMatrix){at(v, y, g * filters), v->filters, 1};
      product.b = (LnMatrix){at(v, k, g * filters), 1, v->filters};
      ln_gemm(&product);
      continue;
    }
    Phase phase[3];
    for (int64_t a = 0; a < v->stride[0] && a < v->in[0]; a++)
      for (int64_t b = 0; b < v->stride[1] && b < v->in[1]; b++)
        for (int64_t c = 0; c < v->stride[2] && c < v->in[2]; c++) {
          phase[0] = phase_of(v, 0, a), phase[1] = phase_of(v, 1, b), phase[2] = phase_of(v, 2, c);
          exchanged(v, phase, g, k, memory);
          product.b = (LnMatrix){memory, channels, 1};
          transpose_phase(v, phase, g, y, &product, runs);
        }
  }
}
