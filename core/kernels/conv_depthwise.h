// Depthwise convolution of elements T and its transpose (rows), the gradient of its kernel
// (kernels): channels do not meet, so that blocks of them are vectors. conv.c includes this with T
// defined; no include guard.

#define F(f) JOIN(T, f)
#define V VECTOR(T)

// What the taps come to is added to one element of the target, in channels from c on: so many
// vectors of them, or one.
LN_INLINE void F(add_vectors)(const T *const *source, const T *const *k, int taps, int64_t c,
                              const int vectors, T *to) {
  V sum[4];
#pragma GCC unroll 4
  for (int v = 0; v < vectors; v++) sum[v] = *(const V *)(to + c + v * LANES);
  for (int i = 0; i < taps; i++)
#pragma GCC unroll 4
    for (int v = 0; v < vectors; v++)
      sum[v] += *(const V *)(source[i] + c + v * LANES) * *(const V *)(k[i] + c + v * LANES);
#pragma GCC unroll 4
  for (int v = 0; v < vectors; v++) *(V *)(to + c + v * LANES) = sum[v];
}

LN_INLINE void F(add_taps)(const Direct *d, const T *const *source, const T *const *k, int taps,
                           T *to) {
  const int64_t channels = d->v->channels, each = d->v->filters / d->v->groups;
  int64_t c = 0;
  if (each == 1) {
    for (; c + 4 * LANES <= channels; c += 4 * LANES) F(add_vectors)(source, k, taps, c, 4, to);
    for (; c + LANES <= channels; c += LANES) F(add_vectors)(source, k, taps, c, 1, to);
    for (; c < channels; c++)
      for (int i = 0; i < taps; i++) to[c] += source[i][c] * k[i][c];
    return;
  }
  for (; c < channels; c++)
    for (int64_t f = c * each; f < (c + 1) * each; f++)
      for (int i = 0; i < taps; i++)
        if (d->back) to[c] += source[i][f] * k[i][f];
        else to[f] += source[i][c] * k[i][f];
}

// The last taps of an element, and the relu.
LN_INLINE void F(finish)(const Direct *d, const T *const *source, const T *const *k, int taps,
                         T *to) {
  const int64_t depth = d->back ? d->v->channels : d->v->filters;
  F(add_taps)(d, source, k, taps, to);
  for (int64_t c = 0; c < depth && d->relu; c++) to[c] = to[c] < 0 ? 0 : to[c];
}

// Rows of the target: (batch, two axes).
LN_CLONES static void F(rows)(void *arg, int64_t begin, int64_t end) {
  const Direct *d = arg;
  const LnConv *v = d->v;
  const int64_t *size = d->back ? v->in : v->out, *from = d->back ? v->out : v->in;
  const int64_t depth = d->back ? v->channels : v->filters;
  const int64_t from_depth = d->back ? v->filters : v->channels;
  const T *bias = d->bias, *source[LISTED], *k[LISTED];
  for (int64_t row = begin; row < end; row++) {
    const int64_t b = row / size[1] / size[0];
    const int64_t z = row / size[1] % size[0], y = row % size[1];
    T *to = (T *)d->target + row * size[2] * depth;
    // Where all taps of a line meet it, they meet the next place of the target one step further.
    const int64_t step = d->back ? 1 : v->stride[2];
    bool moves = false;
    for (int64_t x = 0, taps = 0; x < size[2]; x++, to += depth) {
      for (int64_t c = 0; c < depth; c++) to[c] = bias ? bias[c] : 0;
      if (moves && source_at(v, d->back, 2, x, 0) >= 0 &&
          source_at(v, d->back, 2, x, v->taps[2] - 1) >= 0) {
        for (int64_t i = 0; i < taps; i++) source[i] += step * from_depth;
        F(finish)(d, source, k, (int)taps, to);
        continue;
      }
      taps = 0;
      moves = !d->back || v->stride[2] == 1;
      for (int64_t tx = 0; tx < v->taps[2]; tx++) {
        const int64_t sx = source_at(v, d->back, 2, x, tx);
        moves = moves && sx >= 0;
        for (int64_t tz = 0; tz < v->taps[0] && sx >= 0; tz++) {
          const int64_t sz = source_at(v, d->back, 0, z, tz);
          for (int64_t ty = 0; ty < v->taps[1] && sz >= 0; ty++) {
            const int64_t sy = source_at(v, d->back, 1, y, ty);
            if (sy < 0) continue;
            if (taps == LISTED) {
              F(add_taps)(d, source, k, (int)taps, to);
              taps = 0, moves = false;
            }
            source[taps] = (const T *)d->source +
                           (((b * from[0] + sz) * from[1] + sy) * from[2] + sx) * from_depth;
            k[taps++] = (const T *)d->k +
                        ((tz * v->taps[1] + ty) * v->taps[2] + tx) * v->filters;
          }
        }
      }
      F(finish)(d, source, k, (int)taps, to);
    }
  }
}

// What a tap of the kernel's gradient gets from n elements of a line of y and those of the line of
// x that it meets: for vectors of filters and channels, or, with 0 of these, one. The sums of a
// line are added up before they join those of the others: fewer roundings.
LN_INLINE void F(add_line)(const LnConv *v, const T *left, const T *right, int64_t n,
                           const int vectors, T *to) {
  const int64_t step = v->stride[2] * v->channels;
  V sums[2] = {{0}, {0}};
  T sum = 0;
  for (int64_t o = 0; o < n; o++, left += step, right += v->filters) {
    if (vectors == 0) sum += *left * *right;
#pragma GCC unroll 2
    for (int i = 0; i < vectors; i++)
      sums[i] += *(const V *)(left + i * LANES) * *(const V *)(right + i * LANES);
  }
  if (vectors == 0) *to += sum;
#pragma GCC unroll 2
  for (int i = 0; i < vectors; i++) *(V *)(to + i * LANES) += sums[i];
}

// The kernel's gradient for filters from f on and the channels from c on that they belong to.
LN_INLINE void F(kernel_block)(const LnConv *v, const T *x, const T *y, T *k, int64_t c, int64_t f,
                               const int vectors) {
  const int64_t step = v->stride[2], n = vectors > 0 ? vectors * LANES : 1;
  for (int64_t t = 0; t < times(v->taps); t++)
    for (int64_t i = 0; i < n; i++) k[t * v->filters + f + i] = 0;
  for (int64_t row = 0; row < v->batch * v->out[0] * v->out[1]; row++) {
    const int64_t b = row / v->out[1] / v->out[0];
    const int64_t oz = row / v->out[1] % v->out[0], oy = row % v->out[1];
    const T *dy = y + row * v->out[2] * v->filters + f;
    T *to = k + f;
    for (int64_t tz = 0; tz < v->taps[0]; tz++)
      for (int64_t ty = 0; ty < v->taps[1]; ty++) {
        const int64_t z = source_at(v, false, 0, oz, tz), s = source_at(v, false, 1, oy, ty);
        if (z < 0 || s < 0) {
          to += v->taps[2] * v->filters;
          continue;
        }
        const T *line = x + ((b * v->in[0] + z) * v->in[1] + s) * v->in[2] * v->channels + c;
        for (int64_t tx = 0; tx < v->taps[2]; tx++, to += v->filters) {
          int64_t first = 0, place = tx * v->dilation[2] - v->before[2], last = v->out[2];
          while (first < last && place < 0) first++, place += step;
          while (last > first && place + (last - 1 - first) * step >= v->in[2]) last--;
          if (first < last)
            F(add_line)(v, line + place * v->channels, dy + first * v->filters, last - first,
                        vectors, to);
        }
      }
  }
}

// Blocks of two vectors of channels; y stands in d->k.
LN_CLONES static void F(kernels)(void *arg, int64_t begin, int64_t end) {
  const Direct *d = arg;
  const LnConv *v = d->v;
  const int64_t each = v->filters / v->groups, last = end * BLOCK;
  for (int64_t c = begin * BLOCK; c < last && c < v->channels;) {
    const int64_t left = (v->channels < last ? v->channels : last) - c;
    if (each == 1 && left >= LANES) {
      if (left >= 2 * LANES) F(kernel_block)(v, d->source, d->k, d->target, c, c, 2);
      else F(kernel_block)(v, d->source, d->k, d->target, c, c, 1);
      c += left >= 2 * LANES ? 2 * LANES : LANES;
      continue;
    }
    for (int64_t f = c * each; f < (c + 1) * each; f++)
      F(kernel_block)(v, d->source, d->k, d->target, c, f, 0);
    c++;
  }
}

#undef V
#undef F
#undef T
