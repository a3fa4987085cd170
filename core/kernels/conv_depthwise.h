// Depthwise convolution of elements T and its transpose (rows), the gradient of its kernel
// (kernels): channels do not meet, so that blocks of them are vectors. conv.c includes this with T
// defined; no include guard.

#define F(f) JOIN(T, f)
#define V VECTOR(T)

// What one element of the target is the sum of: products of elements of the source, one a tap,
// and the tap's part of the kernel, beside `start`, the bias or what was summed before (or NULL).
typedef struct F(Sum) {
  const T *source[LISTED], *k[LISTED], *start;
  int taps;
} F(Sum);

// Channels [c, c + vectors LANES) of so many neighbours, which share what is read of the kernel: 4
// sums in all, or one, since one alone would wait for itself. From one neighbour to the next the
// source is `step` further on.
LN_INLINE void F(add_block)(const F(Sum) *s, int64_t channels, int64_t step, int64_t c,
                            const int neighbours, const int vectors, T *to) {
  V sum[4];
#pragma GCC unroll 4
  for (int i = 0; i < neighbours * vectors; i++)
    sum[i] = s->start ? *(const V *)(s->start + c + i % vectors * LANES) : (V){0};
  for (int tap = 0; tap < s->taps; tap++) {
    const T *x = s->source[tap] + c, *k = s->k[tap] + c;
#pragma GCC unroll 4
    for (int i = 0; i < neighbours * vectors; i++)
      sum[i] += *(const V *)(x + i / vectors * step + i % vectors * LANES) *
                *(const V *)(k + i % vectors * LANES);
  }
#pragma GCC unroll 4
  for (int i = 0; i < neighbours * vectors; i++)
    *(V *)(to + i / vectors * channels + c + i % vectors * LANES) = sum[i];
}

LN_INLINE void F(add_neighbours)(const F(Sum) *s, int64_t channels, int64_t step,
                                 const int neighbours, T *to) {
  int64_t c = 0;
  for (; neighbours == 1 && c + 4 * LANES <= channels; c += 4 * LANES)
    F(add_block)(s, channels, step, c, 1, 4, to);
  for (; c + LANES <= channels; c += LANES) F(add_block)(s, channels, step, c, neighbours, 1, to);
  for (; c < channels; c++)
    for (int p = 0; p < neighbours; p++) {
      T sum = s->start ? s->start[c] : 0;
      for (int i = 0; i < s->taps; i++) sum += s->source[i][p * step + c] * s->k[i][c];
      to[p * channels + c] = sum;
    }
}

// One element where each channel has several filters.
LN_INLINE void F(add_filters)(const Direct *d, const F(Sum) *s, T *to) {
  const int64_t channels = d->v->channels, each = d->v->filters / channels;
  const int64_t depth = d->back ? channels : d->v->filters;
  for (int64_t c = 0; c < depth && s->start != to; c++) to[c] = s->start ? s->start[c] : 0;
  for (int64_t c = 0; c < channels; c++)
    for (int64_t f = c * each; f < (c + 1) * each; f++)
      for (int i = 0; i < s->taps; i++)
        if (d->back) to[c] += s->source[i][f] * s->k[i][f];
        else to[f] += s->source[i][c] * s->k[i][f];
}

// n elements of the target; moves the sources to the last one.
LN_INLINE void F(add_taps)(const Direct *d, F(Sum) *s, int64_t n, int64_t step, T *to) {
  const int64_t channels = d->v->channels;
  const bool single = d->v->filters == channels;
  for (int64_t p = 0, done; p < n; p += done, to += done * (d->back ? channels : d->v->filters)) {
    done = single && n - p >= 4 ? 4 : 1;
    if (!single) F(add_filters)(d, s, to);
    else if (done == 4) F(add_neighbours)(s, channels, step, 4, to);
    else F(add_neighbours)(s, channels, step, 1, to);
    for (int i = 0; i < s->taps && p + done < n; i++) s->source[i] += done * step;
  }
}

// Rows of the target: (batch, two axes).
LN_CLONES static void F(rows)(void *arg, int64_t begin, int64_t end) {
  const Direct *d = arg;
  const LnConv *v = d->v;
  const int64_t *size = d->back ? v->in : v->out, *from = d->back ? v->out : v->in;
  const int64_t depth = d->back ? v->channels : v->filters;
  const int64_t from_depth = d->back ? v->filters : v->channels;
  // Where all taps of a line meet it, they meet the next place of the target one step further.
  const int64_t step = d->back ? 1 : v->stride[2];
  for (int64_t row = begin; row < end; row++) {
    const int64_t b = row / size[1] / size[0];
    const int64_t z = row / size[1] % size[0], y = row % size[1];
    T *to = (T *)d->target + row * size[2] * depth;
    for (int64_t x = 0, n; x < size[2]; x += n, to += n * depth) {
      F(Sum) s;
      bool moves = !d->back || v->stride[2] == 1;
      s.start = d->end->bias, s.taps = 0;
      for (int64_t tx = 0; tx < v->taps[2]; tx++) {
        const int64_t sx = source_at(v, d->back, 2, x, tx);
        moves = moves && sx >= 0;
        for (int64_t tz = 0; tz < v->taps[0] && sx >= 0; tz++) {
          const int64_t sz = source_at(v, d->back, 0, z, tz);
          for (int64_t ty = 0; ty < v->taps[1] && sz >= 0; ty++) {
            const int64_t sy = source_at(v, d->back, 1, y, ty);
            if (sy < 0) continue;
            if (s.taps == LISTED) {
              F(add_taps)(d, &s, 1, 0, to);
              s.start = to, s.taps = 0, moves = false;
            }
            s.source[s.taps] = (const T *)d->source +
                               (((b * from[0] + sz) * from[1] + sy) * from[2] + sx) * from_depth;
            s.k[s.taps++] = (const T *)d->k +
                            ((tz * v->taps[1] + ty) * v->taps[2] + tx) * v->filters;
          }
        }
      }
      for (n = 1; moves && x + n < size[2] && source_at(v, d->back, 2, x + n, 0) >= 0 &&
                  source_at(v, d->back, 2, x + n, v->taps[2] - 1) >= 0;) n++;
      F(add_taps)(d, &s, n, step * from_depth, to);
      F(end)(d->end, depth, n, to);
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

// The same of three taps at once, which share what is read of y.
LN_INLINE void F(add_lines)(const LnConv *v, const T *left, int64_t apart, const T *right,
                            int64_t n, const int vectors, T *to) {
  const int64_t step = v->stride[2] * v->channels;
  V sums[3][2] = {{{0}}};
  for (int64_t o = 0; o < n; o++, left += step, right += v->filters)
#pragma GCC unroll 2
    for (int i = 0; i < vectors; i++) {
      const V y = *(const V *)(right + i * LANES);
#pragma GCC unroll 3
      for (int t = 0; t < 3; t++) sums[t][i] += *(const V *)(left + t * apart + i * LANES) * y;
    }
#pragma GCC unroll 3
  for (int t = 0; t < 3; t++)
#pragma GCC unroll 2
    for (int i = 0; i < vectors; i++) *(V *)(to + t * v->filters + i * LANES) += sums[t][i];
}

// Which elements [first, last) of a line of y meet x at a tap.
LN_INLINE void F(reach)(const LnConv *v, int64_t tap, int64_t *first, int64_t *last) {
  const int64_t step = v->stride[2], place = tap * v->dilation[2] - v->before[2];
  *first = place < 0 ? (-place + step - 1) / step : 0;
  *last = place < v->in[2] ? (v->in[2] - place + step - 1) / step : 0;
  if (*last > v->out[2]) *last = v->out[2];
  if (*first > *last) *first = *last;
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
        for (int64_t tx = 0, taps; tx < v->taps[2]; tx += taps, to += taps * v->filters) {
          const T *left = line + (tx * v->dilation[2] - v->before[2]) * v->channels;
          const int64_t apart = v->dilation[2] * v->channels;
          int64_t begin = 0, end = v->out[2];   // of what meets x at all three
          taps = vectors > 0 && tx + 3 <= v->taps[2] ? 3 : 1;
          for (int64_t t = 0, first, last; t < taps; t++) {
            F(reach)(v, tx + t, &first, &last);
            if (first > begin) begin = first;
            if (last < end) end = last;
          }
          if (taps == 3 && begin < end)
            F(add_lines)(v, left + begin * step * v->channels, apart, dy + begin * v->filters,
                         end - begin, vectors, to);
          else end = begin;
          for (int64_t t = 0, first, last; t < taps; t++) {   // what is left of each
            F(reach)(v, tx + t, &first, &last);
            const T *x_of = left + t * apart;
            const int64_t middle = end > begin ? begin : last, rest = end > begin ? end : last;
            if (first < middle)
              F(add_line)(v, x_of + first * step * v->channels, dy + first * v->filters,
                          middle - first, vectors, to + t * v->filters);
            if (rest < last)
              F(add_line)(v, x_of + rest * step * v->channels, dy + rest * v->filters, last - rest,
                          vectors, to + t * v->filters);
          }
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
