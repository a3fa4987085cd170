// Copying patches of elements T to where a product reads them. conv.c includes this with T defined;
// no include guard.

#define F(f) JOIN(T, f)

LN_INLINE void F(copy)(const T *from, int64_t n, T *to) {
  for (; n >= 16; n -= 16, from += 16, to += 16) memcpy(to, from, 16 * sizeof(T));  // vectors
  if (n >= 8) memcpy(to, from, 8 * sizeof(T)), n -= 8, from += 8, to += 8;
  for (int64_t i = 0; i < n; i++) to[i] = from[i];
}

// to[pixel ld + k]: the channels of a tap together, and of all taps of a line where they lie so.
LN_CLONES static void F(by_channels)(const Patches *p, int64_t pixel, int64_t pixels, int64_t k,
                                     int64_t n, T *to, int64_t ld) {
  const int64_t taps = together(p), run = taps * p->channels, limit = p->size[2] * p->total;
  for (Line l; pixels > 0; pixel += l.n, pixels -= l.n, to += l.n * ld) {
    l = line_of(p, pixel, pixels);
    for (int64_t done = 0, part; done < n; done += part) {
      const int64_t skip = (k + done) % run;
      int64_t offset = 0, x;
      part = run - skip < n - done ? run - skip : n - done;
      T *out = to + done;
      if (!meets(p, &l, (k + done) / run * taps, &offset, &x)) {
        for (int64_t i = 0; i < l.n; i++, out += ld) memset(out, 0, (size_t)part * sizeof(T));
        continue;
      }
      const T *line = (const T *)p->image + offset;
      int64_t place = x * p->total + p->first + skip;   // in the line
      for (int64_t i = 0; i < l.n; i++, place += p->step[2] * p->total, out += ld) {
        if (place >= 0 && place + part <= limit) {
          F(copy)(line + place, part, out);
          continue;
        }
        const int64_t low = place >= 0 ? 0 : -place < part ? -place : part;
        const int64_t high = place + part <= limit ? part : place < limit ? limit - place : 0;
        memset(out, 0, (size_t)part * sizeof(T));
        if (low < high) F(copy)(line + place + low, high - low, out + low);
      }
    }
  }
}

// to[k ld + pixel]: the pixels of a line together.
LN_CLONES static void F(by_pixels)(const Patches *p, int64_t pixel, int64_t pixels, int64_t k,
                                   int64_t n, T *to, int64_t ld) {
  const int64_t step = p->step[2], apart = step * p->total;
  for (Line l; pixels > 0; pixel += l.n, pixels -= l.n, to += l.n) {
    l = line_of(p, pixel, pixels);
    for (int64_t done = 0; done < n; done++) {
      T *out = to + done * ld;
      int64_t offset, x, from = 0, end = 0;   // of the pixels that lie in the image
      if (meets(p, &l, (k + done) / p->channels, &offset, &x)) {
        from = x < 0 ? (-x + step - 1) / step : 0;
        end = x < p->size[2] ? (p->size[2] - x + step - 1) / step : 0;
        if (end > l.n) end = l.n;
        if (from > end) from = end;
      }
      for (int64_t i = 0; i < from; i++) out[i] = 0;
      if (from < end) {
        const T *line = (const T *)p->image + offset + p->first + (k + done) % p->channels +
                        (x + from * step) * p->total;
        if (apart == 1) memcpy(out + from, line, (size_t)(end - from) * sizeof(T));
        else
          for (int64_t i = from; i < end; i++) out[i] = line[(i - from) * apart];
      }
      for (int64_t i = end; i < l.n; i++) out[i] = 0;
    }
  }
}

// (rows, columns), ld apart, becomes (columns, rows).
LN_CLONES static void F(exchange)(const T *from, int64_t ld, int64_t rows, int64_t columns,
                                  T *to) {
  for (int64_t block = 0; block < rows; block += 16) {
    const int64_t end = block + 16 < rows ? block + 16 : rows;
    for (int64_t j = 0; j < columns; j++)
      for (int64_t i = block; i < end; i++) to[j * rows + i] = from[i * ld + j];
  }
}

#undef F
#undef T
