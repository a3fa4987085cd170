// What fft.c computes, for the element type T; NAME(x) makes its names.

// Real and imaginary parts.
typedef struct NAME(Pair) {
  T *re, *im;
} NAME(Pair);

// Roots of one, exp(-2 pi i k / n) for k in [0, count): products of two, of which few are computed.
static void NAME(fill_roots)(int64_t n, int64_t count, NAME(Pair) w) {
  enum { STEP = 64 };
  double re[STEP], im[STEP], a, b;
  for (int64_t k = 0; k < STEP && k < count; k++) root_of_one(k, n, &re[k], &im[k]);
  for (int64_t first = 0; first < count; first += STEP) {
    root_of_one(first, n, &a, &b);
    for (int64_t k = 0; k < STEP && first + k < count; k++) {
      w.re[first + k] = (T)(a * re[k] - b * im[k]);
      w.im[first + k] = (T)(a * im[k] + b * re[k]);
    }
  }
}

// ---- passes. One of radix r makes of m = r l points x[q + s (p + l j)] those of l points each,
// y[q + s (r p + k)] = w(m)^(p k) sum over j of w(r)^(j k) x[..]; p < l, q < s, j and k < r. An
// index q stands for `s` numbers side by side, of s / width points of all lanes.

LN_INLINE void NAME(pass2)(int64_t s, const T *wr, const T *wi, const T *restrict xr,
                           const T *restrict xi, int64_t l, T *restrict yr, T *restrict yi) {
  const T *ar = xr, *ai = xi, *br = xr + s * l, *bi = xi + s * l;
  T *zr = yr + s, *zi = yi + s, c = wr[1], d = wi[1];
  for (int64_t q = 0; q < s; q++) {
    T er = ar[q] - br[q], ei = ai[q] - bi[q];
    yr[q] = ar[q] + br[q];
    yi[q] = ai[q] + bi[q];
    zr[q] = er * c - ei * d;
    zi[q] = er * d + ei * c;
  }
}

LN_INLINE void NAME(pass4)(int64_t s, const T *wr, const T *wi, const T *restrict xr,
                           const T *restrict xi, int64_t l, T *restrict yr, T *restrict yi) {
  const int64_t step = s * l;
  for (int64_t q = 0; q < s; q++) {
    T ar = xr[q] + xr[q + 2 * step], ai = xi[q] + xi[q + 2 * step];
    T br = xr[q] - xr[q + 2 * step], bi = xi[q] - xi[q + 2 * step];
    T cr = xr[q + step] + xr[q + 3 * step], ci = xi[q + step] + xi[q + 3 * step];
    T dr = xi[q + step] - xi[q + 3 * step], di = xr[q + 3 * step] - xr[q + step];
    T er = br + dr, ei = bi + di, fr = ar - cr, fi = ai - ci, gr = br - dr, gi = bi - di;
    yr[q] = ar + cr;
    yi[q] = ai + ci;
    yr[q + s] = er * wr[1] - ei * wi[1];
    yi[q + s] = er * wi[1] + ei * wr[1];
    yr[q + 2 * s] = fr * wr[2] - fi * wi[2];
    yi[q + 2 * s] = fr * wi[2] + fi * wr[2];
    yr[q + 3 * s] = gr * wr[3] - gi * wi[3];
    yi[q + 3 * s] = gr * wi[3] + gi * wr[3];
  }
}

// An odd radix: x[j] and x[r - j] go together into y[k] and y[r - k]. cosine and sine are those of
// 2 pi j / r.
LN_INLINE void NAME(pass_odd)(int r, int64_t s, const T *cosine, const T *sine, const T *wr,
                              const T *wi, const T *restrict xr, const T *restrict xi, int64_t l,
                              T *restrict yr, T *restrict yi) {
  const int64_t step = s * l;
  const int half = r / 2;
  for (int64_t q = 0; q < s; q++) {
    T ar[LARGEST_RADIX / 2], ai[LARGEST_RADIX / 2], br[LARGEST_RADIX / 2], bi[LARGEST_RADIX / 2];
    T sum_re = xr[q], sum_im = xi[q];
    for (int j = 1; j <= half; j++) {
      const T pr = xr[q + j * step], pi = xi[q + j * step];
      const T nr = xr[q + (r - j) * step], ni = xi[q + (r - j) * step];
      ar[j - 1] = pr + nr;
      ai[j - 1] = pi + ni;
      br[j - 1] = pr - nr;
      bi[j - 1] = pi - ni;
      sum_re += ar[j - 1];
      sum_im += ai[j - 1];
    }
    yr[q] = sum_re;
    yi[q] = sum_im;
    for (int k = 1; k <= half; k++) {
      T even_re = xr[q], even_im = xi[q], odd_re = 0, odd_im = 0;
      for (int j = 1; j <= half; j++) {
        const T c = cosine[j * k % r], d = sine[j * k % r];
        even_re += c * ar[j - 1];
        even_im += c * ai[j - 1];
        odd_re += d * bi[j - 1];
        odd_im -= d * br[j - 1];
      }
      const T fr = even_re + odd_re, fi = even_im + odd_im;
      const T gr = even_re - odd_re, gi = even_im - odd_im;
      yr[q + k * s] = fr * wr[k] - fi * wi[k];
      yi[q + k * s] = fr * wi[k] + fi * wr[k];
      yr[q + (r - k) * s] = gr * wr[r - k] - gi * wi[r - k];
      yi[q + (r - k) * s] = gr * wi[r - k] + gi * wr[r - k];
    }
  }
}

LN_CLONES static void NAME(pass)(int r, int64_t s, const T *cosine, const T *sine, const T *wr,
                                 const T *wi, const T *xr, const T *xi, int64_t l, T *yr, T *yi) {
  switch (r) {
    case 2: NAME(pass2)(s, wr, wi, xr, xi, l, yr, yi); break;
    case 3: NAME(pass_odd)(3, s, cosine, sine, wr, wi, xr, xi, l, yr, yi); break;
    case 4: NAME(pass4)(s, wr, wi, xr, xi, l, yr, yi); break;
    case 5: NAME(pass_odd)(5, s, cosine, sine, wr, wi, xr, xi, l, yr, yi); break;
    case 7: NAME(pass_odd)(7, s, cosine, sine, wr, wi, xr, xi, l, yr, yi); break;
    default: NAME(pass_odd)(r, s, cosine, sine, wr, wi, xr, xi, l, yr, yi);
  }
}

// The transform of x, m points of `width` lanes each, by all passes; `roots` are those of m. Both
// pairs are overwritten; x is the result then.
static void NAME(transform)(const Plan *p, int64_t width, NAME(Pair) roots, NAME(Pair) *x,
                            NAME(Pair) *y) {
  int64_t s = 1, m = p->m;
  for (int f = 0; f < p->n_factors; f++) {
    const int r = p->factors[f];
    const int64_t l = m / r;
    T wr[LARGEST_RADIX], wi[LARGEST_RADIX], cosine[LARGEST_RADIX], sine[LARGEST_RADIX];
    for (int k = 0; k < r; k++) {
      cosine[k] = roots.re[k * (p->m / r)];
      sine[k] = -roots.im[k * (p->m / r)];
    }
    for (int64_t i = 0; i < l; i++) {
      for (int k = 0; k < r; k++) {
        wr[k] = roots.re[i * k * s];
        wi[k] = roots.im[i * k * s];
      }
      const int64_t from = i * s * width, to = r * i * s * width;
      NAME(pass)(r, s * width, cosine, sine, wr, wi, x->re + from, x->im + from, l, y->re + to,
                 y->im + to);
    }
    NAME(Pair) swap = *x;
    *x = *y;
    *y = swap;
    s *= r;
    m = l;
  }
}

// ---- a block of lanes

typedef struct NAME(Job) {
  const LnFft *fft;
  const Cut *cut;
  LnLanes in[2], out[2];
  const T *from[2];
  T *to[2];
  NAME(Pair) roots, chirp, chirp_bins, half_roots;
  T *work;
} NAME(Job);

static NAME(Pair) NAME(take)(T **memory, int64_t n) {
  NAME(Pair) pair = {*memory, *memory + n};
  *memory += 2 * n;
  return pair;
}

// x of `count` points times w, one number a point.
LN_CLONES static void NAME(times)(int64_t count, int64_t width, NAME(Pair) x, NAME(Pair) w) {
  for (int64_t j = 0; j < count; j++) {
    T *re = x.re + j * width, *im = x.im + j * width, c = w.re[j], d = w.im[j];
    LN_INDEPENDENT
    for (int64_t q = 0; q < width; q++) {
      T t = re[q] * c - im[q] * d;
      im[q] = re[q] * d + im[q] * c;
      re[q] = t;
    }
  }
}

// Bluestein (1970): j k = (j^2 + k^2 - (j - k)^2) / 2 makes the transform a convolution with the
// chirp exp(pi i j^2 / n), which transforms of another length compute.
static void NAME(make_chirp)(const NAME(Job) *job, NAME(Pair) x, NAME(Pair) y) {
  const Plan *p = &job->cut->plan;
  memset(x.re, 0, (size_t)p->m * sizeof(T));
  memset(x.im, 0, (size_t)p->m * sizeof(T));
  int64_t square = 0;   // j^2 modulo 2 n
  for (int64_t j = 0; j < p->n; j++) {
    double re, im;
    root_of_one(square, 2 * p->n, &re, &im);
    job->chirp.re[j] = (T)re;
    job->chirp.im[j] = (T)im;
    x.re[j] = x.re[(p->m - j) % p->m] = (T)re;
    x.im[j] = x.im[(p->m - j) % p->m] = (T)-im;
    square = (square + 2 * j + 1) % (2 * p->n);
  }
  NAME(transform)(p, 1, job->roots, &x, &y);
  for (int64_t k = 0; k < p->m; k++) {
    job->chirp_bins.re[k] = x.re[k] / (T)p->m;
    job->chirp_bins.im[k] = x.im[k] / (T)p->m;
  }
}

// The transform of x's first plan.n points, which are the result's.
static void NAME(points)(const NAME(Job) *job, NAME(Pair) *x, NAME(Pair) *y) {
  const Plan *p = &job->cut->plan;
  const int64_t width = job->cut->width;
  if (!p->bluestein) {
    NAME(transform)(p, width, job->roots, x, y);
    return;
  }
  const size_t rest = (size_t)((p->m - p->n) * width) * sizeof(T);
  NAME(times)(p->n, width, *x, job->chirp);
  memset(x->re + p->n * width, 0, rest);
  memset(x->im + p->n * width, 0, rest);
  NAME(transform)(p, width, job->roots, x, y);
  NAME(times)(p->m, width, *x, job->chirp_bins);
  // Parts that change places make the transform its inverse.
  NAME(Pair) a = {x->im, x->re}, b = {y->im, y->re};
  NAME(transform)(p, width, job->roots, &a, &b);
  *x = (NAME(Pair)){a.im, a.re};
  *y = (NAME(Pair)){b.im, b.re};
  NAME(times)(p->n, width, *x, job->chirp);
}

// Numbers `first`, `first` + step, .. of the block's lanes, `count` of them, into rows; what is
// missing is 0: lanes beyond the last, numbers beyond a lane's end.
static void NAME(load)(const NAME(Job) *job, int part, int64_t block, int64_t first, int64_t step,
                       int64_t count, T *to) {
  const LnLanes *lanes = &job->in[part];
  const int64_t width = job->cut->width;
  const int64_t known = (lanes->length - first + step - 1) / step;
  for (int64_t v = 0; v < width; v++) {
    const int64_t lane = block * width + v, stride = lanes->step * step;
    int64_t n = known < 0 ? 0 : known < count ? known : count;
    if (lane >= lanes->count || !job->from[part]) n = 0;
    const T *from = n > 0 ? job->from[part] + ln_lane(lanes, lane) + first * lanes->step : NULL;
    for (int64_t j = 0; j < n; j++) to[j * width + v] = from[j * stride];
    for (int64_t j = n; j < count; j++) to[j * width + v] = 0;
  }
}

// The reverse; the rest of a lane that is longer than the result becomes 0.
static void NAME(store)(const NAME(Job) *job, int part, int64_t block, int64_t first, int64_t step,
                        int64_t count, const T *from) {
  const LnLanes *lanes = &job->out[part];
  const int64_t width = job->cut->width, wanted = (lanes->length - first + step - 1) / step;
  const int64_t n = wanted < count ? wanted : count;
  for (int64_t v = 0; v < width && block * width + v < lanes->count; v++) {
    const int64_t stride = lanes->step * step;
    T *to = job->to[part] + ln_lane(lanes, block * width + v) + first * lanes->step;
    for (int64_t j = 0; j < n; j++) to[j * stride] = from[j * width + v];
    for (int64_t j = n; j < wanted; j++) to[j * stride] = 0;
  }
}

// x times a number for each bin: 0 and n / 2, whose imaginary parts are 0, have theirs.
static void NAME(scale_bins)(const NAME(Job) *job, NAME(Pair) x) {
  const LnFft *f = job->fft;
  const int64_t width = job->cut->width;
  for (int64_t k = 0; k <= f->n / 2; k++) {
    const bool real = k == 0 || 2 * k == f->n;
    const T factor = (T)(real ? f->scale : f->scale * f->interior);
    for (int64_t q = k * width; q < (k + 1) * width; q++) {
      x.re[q] *= factor;
      x.im[q] = real ? 0 : x.im[q] * factor;
    }
  }
}

static void NAME(complex_block)(const NAME(Job) *job, int64_t block, NAME(Pair) x, NAME(Pair) y) {
  const LnFft *f = job->fft;
  const int inverse = f->inverse;   // the parts change places
  NAME(load)(job, inverse, block, 0, 1, f->n, x.re);
  NAME(load)(job, !inverse, block, 0, 1, f->n, x.im);
  NAME(points)(job, &x, &y);
  const T scale = (T)f->scale;
  for (int64_t q = 0; f->scale != 1 && q < f->n * job->cut->width; q++) {
    x.re[q] *= scale;
    x.im[q] *= scale;
  }
  NAME(store)(job, inverse, block, 0, 1, f->n, x.re);
  NAME(store)(job, !inverse, block, 0, 1, f->n, x.im);
}

// Even lengths: z = even + i odd samples has the transform Z, of h = n / 2 points. With E and O
// those of the two, E[k] = (Z[k] + Z*[h - k]) / 2, O[k] = (Z[k] - Z*[h - k]) / 2i, and
// X[k] = E[k] + w(n)^k O[k].
LN_CLONES static void NAME(from_halves)(const NAME(Job) *job, NAME(Pair) z, NAME(Pair) x) {
  const int64_t width = job->cut->width, h = job->fft->n / 2;
  for (int64_t k = 0; k <= h; k++) {
    const int64_t a = k % h * width, b = (h - k) % h * width;
    const T c = job->half_roots.re[k], d = job->half_roots.im[k];
    LN_INDEPENDENT
    for (int64_t q = 0; q < width; q++) {
      const T er = (z.re[a + q] + z.re[b + q]) / 2, ei = (z.im[a + q] - z.im[b + q]) / 2;
      const T odd_re = (z.im[a + q] + z.im[b + q]) / 2, odd_im = (z.re[b + q] - z.re[a + q]) / 2;
      x.re[k * width + q] = er + c * odd_re - d * odd_im;
      x.im[k * width + q] = ei + c * odd_im + d * odd_re;
    }
  }
}

static void NAME(from_real_block)(const NAME(Job) *job, int64_t block, NAME(Pair) x,
                                  NAME(Pair) y) {
  const int64_t n = job->fft->n, width = job->cut->width;
  if (job->cut->halved) {
    NAME(load)(job, 0, block, 0, 2, n / 2, x.re);
    NAME(load)(job, 0, block, 1, 2, n / 2, x.im);
    NAME(points)(job, &x, &y);
    NAME(from_halves)(job, x, y);
    x = y;
  } else {
    NAME(load)(job, 0, block, 0, 1, n, x.re);
    memset(x.im, 0, (size_t)(n * width) * sizeof(T));
    NAME(points)(job, &x, &y);
  }
  NAME(scale_bins)(job, x);
  NAME(store)(job, 0, block, 0, 1, n / 2 + 1, x.re);
  NAME(store)(job, 1, block, 0, 1, n / 2 + 1, x.im);
}

// The reverse of from_halves: Z[k] = (X[k] + X*[h - k]) + i w(n)^-k (X[k] - X*[h - k]).
LN_CLONES static void NAME(to_halves)(const NAME(Job) *job, NAME(Pair) x, NAME(Pair) z) {
  const int64_t width = job->cut->width, h = job->fft->n / 2;
  for (int64_t k = 0; k < h; k++) {
    const int64_t a = k * width, b = (h - k) * width;
    const T c = job->half_roots.re[k], d = -job->half_roots.im[k];
    LN_INDEPENDENT
    for (int64_t q = 0; q < width; q++) {
      const T er = x.re[a + q] + x.re[b + q], ei = x.im[a + q] - x.im[b + q];
      const T fr = x.re[a + q] - x.re[b + q], fi = x.im[a + q] + x.im[b + q];
      z.re[a + q] = er - (d * fr + c * fi);
      z.im[a + q] = ei + c * fr - d * fi;
    }
  }
}

// The conjugates of the bins, too, in the upper half.
static void NAME(mirror)(const NAME(Job) *job, NAME(Pair) x) {
  const int64_t n = job->fft->n, width = job->cut->width;
  for (int64_t k = 1; k <= n / 2; k++)
    for (int64_t q = 0; q < width; q++) {
      x.re[(n - k) * width + q] = x.re[k * width + q];
      x.im[(n - k) * width + q] = -x.im[k * width + q];
    }
}

// Parts that change places make the transform its inverse.
static void NAME(to_real_block)(const NAME(Job) *job, int64_t block, NAME(Pair) x, NAME(Pair) y) {
  const int64_t n = job->fft->n;
  NAME(load)(job, 0, block, 0, 1, n / 2 + 1, x.re);
  NAME(load)(job, 1, block, 0, 1, n / 2 + 1, x.im);
  NAME(scale_bins)(job, x);
  if (job->cut->halved) NAME(to_halves)(job, x, y);
  else NAME(mirror)(job, x);
  NAME(Pair) z = job->cut->halved ? y : x, other = job->cut->halved ? x : y;
  NAME(Pair) a = {z.im, z.re}, b = {other.im, other.re};
  NAME(points)(job, &a, &b);
  if (job->cut->halved) {
    NAME(store)(job, 0, block, 0, 2, n / 2, a.im);
    NAME(store)(job, 0, block, 1, 2, n / 2, a.re);
  } else {
    NAME(store)(job, 0, block, 0, 1, n, a.im);
  }
}

static void NAME(part)(void *arg, int64_t begin, int64_t end) {
  const NAME(Job) *job = arg;
  const Cut *cut = job->cut;
  for (int64_t part = begin; part < end; part++) {
    T *work = job->work + (size_t)part * cut->work;
    const int64_t n = cut->width * (cut->plan.m + 1);
    NAME(Pair) x = NAME(take)(&work, n), y = NAME(take)(&work, n);
    const int64_t last = cut->blocks * (part + 1) / cut->parts;
    for (int64_t block = cut->blocks * part / cut->parts; block < last; block++) {
      if (job->fft->kind == LN_FFT_COMPLEX) NAME(complex_block)(job, block, x, y);
      else if (job->fft->kind == LN_FFT_FROM_REAL) NAME(from_real_block)(job, block, x, y);
      else NAME(to_real_block)(job, block, x, y);
    }
  }
}

static void NAME(run)(const LnFft *fft, const LnTensor *const *in, LnTensor *const *out,
                      void *memory) {
  NAME(Job) job = {.fft = fft};
  for (int i = 0; i < 2; i++) {
    if (in[i]) job.in[i] = ln_lanes(in[i], fft->axis), job.from[i] = in[i]->data;
    if (out[i]) job.out[i] = ln_lanes(out[i], fft->axis), job.to[i] = out[i]->data;
  }
  const Cut cut = cut_of(fft, (LnDtype)in[0]->dtype, job.in[0].count);
  if (cut.blocks == 0) return;
  job.cut = &cut;
  T *next = memory;
  job.roots = NAME(take)(&next, cut.plan.m);
  if (cut.plan.bluestein) {
    job.chirp = NAME(take)(&next, cut.plan.n);
    job.chirp_bins = NAME(take)(&next, cut.plan.m);
  }
  if (cut.halved) job.half_roots = NAME(take)(&next, cut.plan.n + 1);
  job.work = next;
  NAME(fill_roots)(cut.plan.m, cut.plan.m, job.roots);
  if (cut.halved) NAME(fill_roots)(fft->n, fft->n / 2 + 1, job.half_roots);
  if (cut.plan.bluestein) {
    NAME(Pair) x = NAME(take)(&next, cut.plan.m), y = NAME(take)(&next, cut.plan.m);
    NAME(make_chirp)(&job, x, y);
  }
  // Points that are a thread's share: some thousands, as of other kernels of mathematics.
  const int64_t points = cut.blocks / cut.parts * cut.width * cut.plan.m;
  ln_parallel(cut.parts, 1 + LN_GRAIN_MATH / (points ? points : 1), NAME(part), &job);
}
