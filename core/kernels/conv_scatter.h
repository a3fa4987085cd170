// The transpose of a convolution to few channels, of elements T: see conv.c, which includes this
// with T defined; no include guard.

#define F(f) JOIN(T, f)

// Adds what one element of y, at (z, y, x) of its sample, comes to for a group: (taps, channels).
LN_INLINE void F(add_element)(const LnConv *v, int64_t z, int64_t y, int64_t x, int64_t channels,
                              const T *add, T *image) {
  const int64_t left = x * v->stride[2] - v->before[2], apart = v->dilation[2] * v->channels;
  const bool dense = apart == channels;
  int64_t first = 0, last = v->taps[2];   // of the taps that meet the line
  while (first < last && left + first * v->dilation[2] < 0) first++;
  while (last > first && left + (last - 1) * v->dilation[2] >= v->in[2]) last--;
  for (int64_t tz = 0; tz < v->taps[0]; tz++) {
    const int64_t pz = z * v->stride[0] - v->before[0] + tz * v->dilation[0];
    for (int64_t ty = 0; ty < v->taps[1]; ty++) {
      const int64_t py = y * v->stride[1] - v->before[1] + ty * v->dilation[1];
      if (pz < 0 || pz >= v->in[0] || py < 0 || py >= v->in[1]) continue;
      const T *from = add + ((tz * v->taps[1] + ty) * v->taps[2] + first) * channels;
      T *to = image + (((pz * v->in[1] + py) * v->in[2] + left) * v->channels + first * apart);
      if (dense) {
        for (int64_t i = 0; i < (last - first) * channels; i++) to[i] += from[i];
        continue;
      }
      for (int64_t tx = first; tx < last; tx++, from += channels, to += apart)
        for (int64_t c = 0; c < channels; c++) to[c] += from[c];
    }
  }
}

LN_CLONES static void F(add_elements)(const LnConv *v, int64_t pixel, int64_t pixels,
                                      int64_t channels, const T *add, T *image) {
  for (int64_t i = pixel; i < pixel + pixels; i++, add += times(v->taps) * channels)
    F(add_element)(v, i / v->out[2] / v->out[1], i / v->out[2] % v->out[1], i % v->out[2],
                   channels, add, image);
}

// Samples of the batch.
static void F(scatter)(void *arg, int64_t begin, int64_t end) {
  const Scatter *s = arg;
  const LnConv *v = s->v;
  const int64_t channels = v->channels / v->groups, filters = v->filters / v->groups;
  const int64_t wide = times(v->taps) * channels, pixels = times(v->out), size = times(v->in);
  const int64_t rows = CONTRIBUTIONS / wide / 8 * 8;
  const T *bias = s->bias;
  _Alignas(64) T add[CONTRIBUTIONS];
  for (int64_t b = begin; b < end; b++) {
    T *image = (T *)s->x + b * size * v->channels;
    for (int64_t i = 0; i < size; i++)
      for (int64_t c = 0; c < v->channels; c++) image[i * v->channels + c] = bias ? bias[c] : 0;
    for (int64_t g = 0; g < v->groups; g++)
      for (int64_t pixel = 0; pixel < pixels; pixel += rows) {
        const int64_t n = pixels - pixel < rows ? pixels - pixel : rows;
        const T *y = (const T *)s->y + (b * pixels + pixel) * v->filters + g * filters;
        // k' of the group: (filters, taps x channels)
        ln_gemm(&(LnGemm){.dtype = v->dtype, .m = n, .n = wide, .k = filters, .alpha = 1,
                          .a = {y, v->filters, 1},
                          .b = {(const T *)s->k + g * filters, 1, v->filters},
                          .c = add, .ldc = wide});
        F(add_elements)(v, pixel, n, channels, add, image + g * channels);
      }
    for (int64_t i = 0; i < size * v->channels && s->relu; i++)
      image[i] = image[i] < 0 ? 0 : image[i];
  }
}

#undef F
#undef T
