// The transforms of Winograd's convolution for elements T: see conv.c, which includes this with T
// defined; no include guard. Channels come in vectors.

#define F(f) JOIN(T, f)
#define V VECTOR(T)
#define FOUR _Pragma("GCC unroll 4") for

// Of the kernel's taps g, (3, 3), for every channel and filter: G g G', G = [1 0 0; .5 .5 .5;
// .5 -.5 .5; 0 0 1], 16 matrices (rows, columns) as each tap is one. `turned`: taps turned round.
LN_CLONES static void F(winograd_kernel)(const T *k, int64_t size, bool turned, T *to) {
  for (int64_t at = 0; at < size; at += LANES) {
    V g[3][3], r[4][3];
    for (int i = 0; i < 3; i++)
      for (int j = 0; j < 3; j++)
        g[i][j] = *(const V *)(k + (turned ? (2 - i) * 3 + 2 - j : i * 3 + j) * size + at);
    for (int j = 0; j < 3; j++) {
      r[0][j] = g[0][j], r[3][j] = g[2][j];
      r[1][j] = (g[0][j] + g[1][j] + g[2][j]) / 2;
      r[2][j] = (g[0][j] - g[1][j] + g[2][j]) / 2;
    }
    for (int i = 0; i < 4; i++) {
      const V u[4] = {r[i][0], (r[i][0] + r[i][1] + r[i][2]) / 2,
                      (r[i][0] - r[i][1] + r[i][2]) / 2, r[i][2]};
      for (int j = 0; j < 4; j++) *(V *)(to + (4 * i + j) * size + at) = u[j];
    }
  }
}

// The gradient of that: of 16 matrices m, G' m G, taps of the kernel.
LN_CLONES static void F(winograd_kernel_grad)(const T *m, int64_t size, T *k) {
  for (int64_t at = 0; at < size; at += LANES) {
    V r[3][4];
    for (int j = 0; j < 4; j++, m += size) {
      const V m0 = *(const V *)(m + at), m1 = *(const V *)(m + 4 * size + at);
      const V m2 = *(const V *)(m + 8 * size + at), m3 = *(const V *)(m + 12 * size + at);
      r[0][j] = m0 + (m1 + m2) / 2, r[1][j] = (m1 - m2) / 2, r[2][j] = (m1 + m2) / 2 + m3;
    }
    m -= 4 * size;
    for (int i = 0; i < 3; i++) {
      const V half = (r[i][1] + r[i][2]) / 2;
      *(V *)(k + 3 * i * size + at) = r[i][0] + half;
      *(V *)(k + (3 * i + 1) * size + at) = (r[i][1] - r[i][2]) / 2;
      *(V *)(k + (3 * i + 2) * size + at) = half + r[i][3];
    }
  }
}

// Of one tile of an image that begins at (y, x), d (4, 4), where it lies inside or, `whole`, all of
// it: B' d B, B' = [1 0 -1 0; 0 1 1 0; 0 -1 1 0; 0 1 0 -1].
LN_INLINE void F(source_tile)(const Winograd *w, const T *image, int64_t y, int64_t x,
                              const bool whole, int64_t plane, T *to) {
  const int64_t line = w->in[1] * w->channels;
  image += y * line + x * w->channels;
  for (int64_t c = 0; c < w->channels; c += LANES) {
    V d[4][4], r[4][4];
    FOUR (int i = 0; i < 4; i++)
      FOUR (int j = 0; j < 4; j++) {
        const bool inside = whole || (y + i >= 0 && y + i < w->in[0] && x + j >= 0 &&
                                      x + j < w->in[1]);
        d[i][j] = (V){0};
        if (inside) d[i][j] = *(const V *)(image + i * line + j * w->channels + c);
      }
    FOUR (int j = 0; j < 4; j++) {
      r[0][j] = d[0][j] - d[2][j], r[1][j] = d[1][j] + d[2][j];
      r[2][j] = d[2][j] - d[1][j], r[3][j] = d[1][j] - d[3][j];
    }
    T *out = to + c;
    FOUR (int i = 0; i < 4; i++, out += 4 * plane) {
      *(V *)out = r[i][0] - r[i][2];
      *(V *)(out + plane) = r[i][1] + r[i][2];
      *(V *)(out + 2 * plane) = r[i][2] - r[i][1];
      *(V *)(out + 3 * plane) = r[i][1] - r[i][3];
    }
  }
}

LN_CLONES static void F(winograd_source)(const Winograd *w, int64_t tile, int64_t n, T *to) {
  const int64_t plane = w->tiles * w->channels + LANES;
  Tile t = tile_at(w, tile);
  for (; n > 0; n--, to += w->channels, next_tile(w, &t)) {
    const int64_t y = 2 * t.y - w->before[0], x = 2 * t.x - w->before[1];
    const T *image = (const T *)w->source + t.b * w->in[0] * w->in[1] * w->channels;
    if (y >= 0 && y + 4 <= w->in[0] && x >= 0 && x + 4 <= w->in[1])
      F(source_tile)(w, image, y, x, true, plane, to);
    else F(source_tile)(w, image, y, x, false, plane, to);
  }
}

// Of n tiles of the target's gradient, g (2, 2): A g A', A as below.
LN_CLONES static void F(winograd_target_grad)(const Winograd *w, int64_t tile, int64_t n, T *to) {
  const int64_t plane = w->tiles * w->filters + LANES, line = w->out[1] * w->filters;
  Tile t = tile_at(w, tile);
  for (; n > 0; n--, to += w->filters, next_tile(w, &t)) {
    const T *image = (const T *)w->target +
                     ((t.b * w->out[0] + 2 * t.y) * w->out[1] + 2 * t.x) * w->filters;
    const bool down = 2 * t.y + 1 < w->out[0], across = 2 * t.x + 1 < w->out[1];
    for (int64_t f = 0; f < w->filters; f += LANES) {
      V g[2][2] = {{*(const V *)(image + f)}}, r[4][2];
      if (across) g[0][1] = *(const V *)(image + w->filters + f);
      if (down) g[1][0] = *(const V *)(image + line + f);
      if (down && across) g[1][1] = *(const V *)(image + line + w->filters + f);
      for (int j = 0; j < 2; j++) {
        r[0][j] = g[0][j], r[1][j] = g[0][j] + g[1][j];
        r[2][j] = g[0][j] - g[1][j], r[3][j] = -g[1][j];
      }
      T *out = to + f;
      FOUR (int i = 0; i < 4; i++, out += 4 * plane) {
        *(V *)out = r[i][0];
        *(V *)(out + plane) = r[i][0] + r[i][1];
        *(V *)(out + 2 * plane) = r[i][0] - r[i][1];
        *(V *)(out + 3 * plane) = -r[i][1];
      }
    }
  }
}

// Of n tiles of products, m (4, 4): A' m A, A' = [1 1 1 0; 0 1 -1 -1], (2, 2) of the target.
LN_CLONES static void F(winograd_target)(const Winograd *w, int64_t tile, int64_t n,
                                         const T *from) {
  const int64_t plane = w->tiles * w->filters + LANES;
  const T *bias = w->end->bias;
  Tile t = tile_at(w, tile);
  for (; n > 0; n--, from += w->filters, next_tile(w, &t)) {
    const int64_t y = 2 * t.y, x = 2 * t.x;
    T *image = (T *)w->target + t.b * w->out[0] * w->out[1] * w->filters;
    for (int64_t f = 0; f < w->filters; f += LANES) {
      V r[2][4];
      const T *m = from + f;
      FOUR (int j = 0; j < 4; j++, m += plane) {
        const V m0 = *(const V *)m, m1 = *(const V *)(m + 4 * plane);
        const V m2 = *(const V *)(m + 8 * plane), m3 = *(const V *)(m + 12 * plane);
        r[0][j] = m0 + m1 + m2, r[1][j] = m1 - m2 - m3;
      }
      FOUR (int i = 0; i < 2; i++)
        FOUR (int j = 0; j < 2; j++) {
          V sum = j == 0 ? r[i][0] + r[i][1] + r[i][2] : r[i][1] - r[i][2] - r[i][3];
          if (bias) sum += *(const V *)(bias + f);
          if (y + i < w->out[0] && x + j < w->out[1])
            *(V *)(image + ((y + i) * w->out[1] + x + j) * w->filters + f) = sum;
        }
    }
    for (int i = 0; i < 2 && y + i < w->out[0]; i++)
      F(end)(w->end, w->filters, x + 1 < w->out[1] ? 2 : 1,
             image + ((y + i) * w->out[1] + x) * w->filters);
  }
}

// Pieces of the tiles, each with room of its own.
static void F(winograd_pieces)(void *arg, int64_t begin, int64_t end) {
  const Winograd *w = arg;
  const int64_t source = w->tiles * w->channels + LANES, product = w->tiles * w->filters + LANES;
  for (int64_t piece = begin; piece < end; piece++) {
    T *in = (T *)w->room + piece * 16 * (source + product), *out = in + 16 * source;
    const int64_t last = end_of_piece(w, piece);
    for (int64_t tile = piece * w->each; tile < last; tile += w->tiles) {
      const int64_t n = last - tile < w->tiles ? last - tile : w->tiles;
      F(winograd_source)(w, tile, n, in);
      for (int i = 0; i < 16; i++)
        ln_gemm(&(LnGemm){.dtype = w->dtype, .m = n, .n = w->filters, .k = w->channels, .alpha = 1,
                          .a = {in + i * source, w->channels, 1},
                          .b = {(const T *)w->kernel + i * w->channels * w->filters, w->filters, 1},
                          .c = out + i * product, .ldc = w->filters});
      F(winograd_target)(w, tile, n, out);
    }
  }
}

// The same for the kernel's gradient: each piece's sums, 16 matrices (channels, filters).
static void F(winograd_kernel_pieces)(void *arg, int64_t begin, int64_t end) {
  const Winograd *w = arg;
  const int64_t source = w->tiles * w->channels + LANES, target = w->tiles * w->filters + LANES;
  const int64_t size = w->channels * w->filters;
  for (int64_t piece = begin; piece < end; piece++) {
    // One room for all that a thread does: it is in its cache.
    T *in = (T *)w->room + begin * 16 * (source + target), *out = in + 16 * source;
    T *sums = (T *)w->kernel + piece * 16 * size;
    const int64_t first = piece * w->each, last = end_of_piece(w, piece);
    for (int64_t tile = first; tile < last; tile += w->tiles) {
      const int64_t n = last - tile < w->tiles ? last - tile : w->tiles;
      F(winograd_source)(w, tile, n, in);
      F(winograd_target_grad)(w, tile, n, out);
      for (int i = 0; i < 16; i++)
        ln_gemm(&(LnGemm){.dtype = w->dtype, .m = w->channels, .n = w->filters, .k = n, .alpha = 1,
                          .beta = tile > first, .a = {in + i * source, 1, w->channels},
                          .b = {out + i * target, w->filters, 1}, .c = sums + i * size,
                          .ldc = w->filters});
    }
  }
}

// Sums of other pieces join those of the first.
LN_CLONES static void F(winograd_add)(const T *from, int64_t n, T *to) {
  for (int64_t i = 0; i < n; i += LANES) *(V *)(to + i) += *(const V *)(from + i);
}

#undef F
#undef V
#undef FOUR
#undef T
