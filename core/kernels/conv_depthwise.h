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
    for (int64_t x = 0; x < size[2]; x++, to += depth) {
      int taps = 0;
      for (int64_t c = 0; c < depth; c++) to[c] = bias ? bias[c] : 0;
      for (int64_t tx = 0; tx < v->taps[2]; tx++) {
        const int64_t sx = source_at(v, d->back, 2, x, tx);
        for (int64_t tz = 0; tz < v->taps[0] && sx >= 0; tz++) {
          const int64_t sz = source_at(v, d->back, 0, z, tz);
          for (int64_t ty = 0; ty < v->taps[1] && sz >= 0; ty++) {
            const int64_t sy = source_at(v, d->back, 1, y, ty);
            if (sy < 0) continue;
            if (taps == LISTED) F(add_taps)(d, source, k, taps, to), taps = 0;
            source[taps] = (const T *)d->source +
                           (((b * from[0] + sz) * from[1] + sy) * from[2] + sx) * from_depth;
            k[taps++] = (const T *)d->k +
                        ((tz * v->taps[1] + ty) * v->taps[2] + tx) * v->filters;
          }
        }
      }
      F(add_taps)(d, source, k, taps, to);
      for (int64_t c = 0; c < depth && d->relu; c++) to[c] = to[c] < 0 ? 0 : to[c];
    }
  }
}

// The kernel's gradient for filters from f on and the channels from c on that they belong to:
// vectors of both, or, with 0 of these, one. The sums of a row of y are added up before they join
// those of the others: fewer roundings.
LN_INLINE void F(kernel_block)(const LnConv *v, const T *x, const T *y, T *k, int64_t c, int64_t f,
                               const int vectors) {
  const int64_t taps = times(v->taps), step = v->stride[2];
  const int n = vectors > 0 ? vectors * LANES : 1;
  for (int64_t t = 0; t < taps; t++)
    for (int i = 0; i < n; i++) k[t * v->filters + f + i] = 0;
  for (int64_t row = 0; row < v->batch * v->out[0] * v->out[1]; row++) {
    const int64_t b = row / v->out[1] / v->out[0];
    const int64_t oz = row / v->out[1] % v->out[0], oy = row % v->out[1];
    const T *dy = y + row * v->out[2] * v->filters + f;
    for (int64_t t = 0; t < taps; t++) {
      const int64_t z = source_at(v, false, 0, oz, t / v->taps[2] / v->taps[1]);
      const int64_t s = source_at(v, false, 1, oy, t / v->taps[2] % v->taps[1]);
      if (z < 0 || s < 0) continue;
      const T *line = x + ((b * v->in[0] + z) * v->in[1] + s) * v->in[2] * v->channels + c;
      const int64_t shift = t % v->taps[2] * v->dilation[2] - v->before[2];
      const int64_t first = shift < 0 ? (-shift + step - 1) / step : 0;
      T *to = k + t * v->filters + f, sum = 0;
      V sums[2] = {{0}, {0}};
      for (int64_t o = first, at = first * step + shift; o < v->out[2] && at < v->in[2];
           o++, at += step) {
        const T *left = line + at * v->channels, *right = dy + o * v->filters;
        if (vectors == 0) sum += *left * *right;
#pragma GCC unroll 2
        for (int i = 0; i < vectors; i++)
          sums[i] += *(const V *)(left + i * LANES) * *(const V *)(right + i * LANES);
      }
      if (vectors == 0) *to += sum;
#pragma GCC unroll 2
      for (int i = 0; i < vectors; i++) *(V *)(to + i * LANES) += sums[i];
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
