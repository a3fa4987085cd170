// The transforms of Winograd's convolution for elements T: see conv.c, which includes this with T
// defined; no include guard. Channels come in vectors.

#define F(f) JOIN(T, f)
#define V VECTOR(T)
#define FOUR _Pragma("GCC unroll 4") for

// Of the kernel's taps g, (3, 3), for every channel and filter: G g G', G = [1 0 0; .5 .5 .5;
// .5 -.5 .5; 0 0 1], to 16 matrices (channels, filters). Back: taps turned round, channels and
// filters exchanged.
static void F(winograd_kernel)(const Winograd *w, const T *k, T *to) {
  for (int64_t c = 0; c < w->channels; c++)
    for (int64_t f = 0; f < w->filters; f++) {
      T g[3][3], r[4][3];
      for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
          g[i][j] = w->back ? k[(((2 - i) * 3 + 2 - j) * w->filters + f) * w->channels + c]
                            : k[((i * 3 + j) * w->channels + c) * w->filters + f];
      for (int j = 0; j < 3; j++) {
        r[0][j] = g[0][j], r[3][j] = g[2][j];
        r[1][j] = (g[0][j] + g[1][j] + g[2][j]) / 2;
        r[2][j] = (g[0][j] - g[1][j] + g[2][j]) / 2;
      }
      for (int i = 0; i < 4; i++) {
        const T u[4] = {r[i][0], (r[i][0] + r[i][1] + r[i][2]) / 2,
                        (r[i][0] - r[i][1] + r[i][2]) / 2, r[i][2]};
        for (int j = 0; j < 4; j++)
          to[((4 * i + j) * w->channels + c) * w->filters + f] = u[j];
      }
    }
}

// Of n tiles of the source, d (4, 4): B' d B, B' = [1 0 -1 0; 0 1 1 0; 0 -1 1 0; 0 1 0 -1].
LN_CLONES static void F(winograd_source)(const Winograd *w, int64_t tile, int64_t n, T *to) {
  const int64_t plane = w->tiles * w->channels + LANES;
  for (int64_t t = 0; t < n; t++) {
    const int64_t b = (tile + t) / w->across / w->down;
    const int64_t y = (tile + t) / w->across % w->down * 2 - w->before[0];
    const int64_t x = (tile + t) % w->across * 2 - w->before[1];
    const T *image = (const T *)w->source + b * w->in[0] * w->in[1] * w->channels;
    for (int64_t c = 0; c < w->channels; c += LANES) {
      V d[4][4], r[4][4];
      FOUR (int i = 0; i < 4; i++)
        FOUR (int j = 0; j < 4; j++) {
          const bool inside = y + i >= 0 && y + i < w->in[0] && x + j >= 0 && x + j < w->in[1];
          d[i][j] = (V){0};
          const int64_t place = ((y + i) * w->in[1] + x + j) * w->channels + c;
          if (inside) d[i][j] = *(const V *)(image + place);
        }
      FOUR (int j = 0; j < 4; j++) {
        r[0][j] = d[0][j] - d[2][j], r[1][j] = d[1][j] + d[2][j];
        r[2][j] = d[2][j] - d[1][j], r[3][j] = d[1][j] - d[3][j];
      }
      T *out = to + t * w->channels + c;
      FOUR (int i = 0; i < 4; i++, out += 4 * plane) {
        *(V *)out = r[i][0] - r[i][2];
        *(V *)(out + plane) = r[i][1] + r[i][2];
        *(V *)(out + 2 * plane) = r[i][2] - r[i][1];
        *(V *)(out + 3 * plane) = r[i][1] - r[i][3];
      }
    }
  }
}

// Of n tiles of products, m (4, 4): A' m A, A' = [1 1 1 0; 0 1 -1 -1], (2, 2) of the target.
LN_CLONES static void F(winograd_target)(const Winograd *w, int64_t tile, int64_t n,
                                         const T *from) {
  const int64_t plane = w->tiles * w->filters + LANES;
  const T *bias = w->bias;
  for (int64_t t = 0; t < n; t++) {
    const int64_t b = (tile + t) / w->across / w->down;
    const int64_t y = (tile + t) / w->across % w->down * 2, x = (tile + t) % w->across * 2;
    T *image = (T *)w->target + b * w->out[0] * w->out[1] * w->filters;
    for (int64_t f = 0; f < w->filters; f += LANES) {
      V r[2][4];
      const T *m = from + t * w->filters + f;
      FOUR (int j = 0; j < 4; j++, m += plane) {
        const V m0 = *(const V *)m, m1 = *(const V *)(m + 4 * plane);
        const V m2 = *(const V *)(m + 8 * plane), m3 = *(const V *)(m + 12 * plane);
        r[0][j] = m0 + m1 + m2, r[1][j] = m1 - m2 - m3;
      }
      FOUR (int i = 0; i < 2; i++)
        FOUR (int j = 0; j < 2; j++) {
          V sum = j == 0 ? r[i][0] + r[i][1] + r[i][2] : r[i][1] - r[i][2] - r[i][3];
          if (bias) sum += *(const V *)(bias + f);
          if (w->relu) sum = (V)((__typeof__(sum < sum))sum & ~(sum < (V){0}));
          if (y + i < w->out[0] && x + j < w->out[1])
            *(V *)(image + ((y + i) * w->out[1] + x + j) * w->filters + f) = sum;
        }
    }
  }
}

// Pieces of the tiles, each with room of its own.
static void F(winograd_pieces)(void *arg, int64_t begin, int64_t end) {
  const Winograd *w = arg;
  const int64_t all = w->batch * w->down * w->across;
  const int64_t source = w->tiles * w->channels + LANES, product = w->tiles * w->filters + LANES;
  for (int64_t piece = begin; piece < end; piece++) {
    T *in = (T *)w->room + piece * 16 * (source + product), *out = in + 16 * source;
    const int64_t last = (piece + 1) * w->each < all ? (piece + 1) * w->each : all;
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

#undef F
#undef V
#undef FOUR
#undef T
