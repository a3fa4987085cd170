// Depthwise convolution of elements T and its transpose (rows), the gradient of its kernel
// (kernels): channels do not meet, so that blocks of them are vectors. conv.c includes this with T
// defined; no include guard.

#define F(f) JOIN(T, f)

// n channels of one element of the target, from c on: what its taps come to is added.
LN_INLINE void F(sum)(const T *const *source, const T *const *k, int taps, int64_t c, const int n,
                      T *to) {
  T sum[4 * LANES];
  for (int j = 0; j < n; j++) sum[j] = to[c + j];
  for (int i = 0; i < taps; i++)
    for (int j = 0; j < n; j++) sum[j] += source[i][c + j] * k[i][c + j];
  for (int j = 0; j < n; j++) to[c + j] = sum[j];
}

LN_INLINE void F(add_taps)(const Direct *d, const T *const *source, const T *const *k, int taps,
                           T *to) {
  const int64_t channels = d->v->channels, each = d->v->filters / d->v->groups;
  int64_t c = 0;
  if (each == 1) {
    for (; c + 4 * LANES <= channels; c += 4 * LANES) F(sum)(source, k, taps, c, 4 * LANES, to);
    for (; c + LANES <= channels; c += LANES) F(sum)(source, k, taps, c, LANES, to);
    for (; c < channels; c++) F(sum)(source, k, taps, c, 1, to);
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

// The kernel's gradient for n filters from f on and the channels from c on that they belong to. The
// sums of a row of y are added up before they join those of the others: fewer roundings.
LN_INLINE void F(kernel_block)(const LnConv *v, const T *x, const T *y, T *k, int64_t c, int64_t f,
                               const int n) {
  const int64_t taps = times(v->taps);
  for (int64_t t = 0; t < taps; t++)
    for (int j = 0; j < n; j++) k[t * v->filters + f + j] = 0;
  for (int64_t row = 0; row < v->batch * v->out[0] * v->out[1]; row++) {
    const int64_t b = row / v->out[1] / v->out[0];
    const int64_t oz = row / v->out[1] % v->out[0], oy = row % v->out[1];
    const T *dy = y + row * v->out[2] * v->filters + f;
    for (int64_t t = 0; t < taps; t++) {
      const int64_t z = source_at(v, false, 0, oz, t / v->taps[2] / v->taps[1]);
      const int64_t s = source_at(v, false, 1, oy, t / v->taps[2] % v->taps[1]);
      if (z < 0 || s < 0) continue;
      const T *line = x + ((b * v->in[0] + z) * v->in[1] + s) * v->in[2] * v->channels + c;
      int64_t p = t % v->taps[2] * v->dilation[2] - v->before[2];
      T sum[LANES] = {0};
      for (int64_t o = 0; o < v->out[2]; o++, p += v->stride[2]) {
        if (p < 0 || p >= v->in[2]) continue;
        for (int j = 0; j < n; j++) sum[j] += line[p * v->channels + j] * dy[o * v->filters + j];
      }
      for (int j = 0; j < n; j++) k[t * v->filters + f + j] += sum[j];
    }
  }
}

// Blocks of LANES channels; y stands in d->k.
LN_CLONES static void F(kernels)(void *arg, int64_t begin, int64_t end) {
  const Direct *d = arg;
  const LnConv *v = d->v;
  const int64_t each = v->filters / v->groups;
  for (int64_t c = begin * LANES; c < end * LANES && c < v->channels;) {
    if (each == 1 && c + LANES <= v->channels) {
      F(kernel_block)(v, d->source, d->k, d->target, c, c, LANES);
      c += LANES;
      continue;
    }
    for (int64_t f = c * each; f < (c + 1) * each; f++)
      F(kernel_block)(v, d->source, d->k, d->target, c, f, 1);
    c++;
  }
}

#undef F
#undef T
