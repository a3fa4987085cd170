// CSV: numbers in text, RFC 4180 quoting, into a tensor of rows and columns.
#ifndef LN_IO_CSV_H
#define LN_IO_CSV_H

#include "io/stream.h"
#include "tensor/tensor.h"

typedef struct LnCsvColumn {
  const char *name;   // of the header; NULL: by position
  int64_t position;   // 0-based
} LnCsvColumn;

typedef struct LnCsvOptions {
  char delimiter;
  int header;               // 1: the first row is one, 0: there is none, -1: when not all numbers
  int64_t skip_rows;        // lines left out at the beginning
  LnDtype dtype;
  const LnCsvColumn *columns;  // which to keep, in this order; NULL: all
  int64_t n_columns;
} LnCsvOptions;

typedef struct LnCsv {
  LnTensor *values;   // (rows, columns)
  char **names;       // of its columns; NULL without a header
  int64_t n_names;
  int64_t blank, missing;   // blank lines left out; missing values, which became NaN
} LnCsv;

// Reads the content twice: to count the rows, then straight into the tensor. False with c->err set
// when it fails; release with ln_csv_release in either case.
bool ln_csv_read(LnContext *c, LnStream *s, const LnCsvOptions *options, LnCsv *csv);
void ln_csv_release(LnCsv *csv);

// Reading it piece by piece, which needs no more memory than a piece has. The stream must outlive
// the reader; options->columns is read here only. NULL with c->err set when it fails.
typedef struct LnCsvReader LnCsvReader;
LnCsvReader *ln_csv_open(LnContext *c, LnStream *s, const LnCsvOptions *options);
void ln_csv_close(LnCsvReader *t);  // NULL is fine
int64_t ln_csv_columns(const LnCsvReader *t);
const char *ln_csv_name(const LnCsvReader *t, int64_t column);  // NULL without a header
// The next rows, at most max, densely into `rows`, which has room for them; *n is less than max
// only at the end. Of c only the error is used: any thread may call it, one at a time.
bool ln_csv_rows(LnContext *c, LnCsvReader *t, void *rows, int64_t max, int64_t *n);

#endif
