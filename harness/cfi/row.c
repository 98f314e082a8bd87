#include "cfi/row.h"

#include <string.h>

/* Operations of DWARF expressions. */
enum { OP_DEREF = 0x06, OP_BREG0 = 0x70 };

static void set_register(struct clab_row *row, uint64_t number, uint8_t how, int64_t offset) {
  if (number >= CLAB_REGISTERS)
    return; /* vector and control registers: they never lead to the caller */
  row->how[number] = how;
  row->offset[number] = offset;
}

/* A factored offset. Nonsense wraps around, and is judged with the row. */
static int64_t scaled(int64_t offset, const struct clab_cie *cie) {
  return (int64_t)((uint64_t)offset * (uint64_t)cie->data_align);
}

static void note_depth(struct clab_rows *rows, const struct clab_cie *cie) {
  const struct clab_row *row = &rows->row;
  if (row->cfa_known && row->cfa_register == clab_stack_pointer_in(cie->frames_of) &&
      row->cfa_offset > 0 && row->cfa_offset < INT64_C(1) << 40 &&
      (uint64_t)row->cfa_offset > rows->deepest)
    rows->deepest = (uint64_t)row->cfa_offset;
}

/* Reads an expression. True if it is the stack pointer plus an offset, and after that this
   operation (0: none). */
static bool read_sp_expression(struct clab_bytes *reader, const struct clab_cie *cie, uint8_t then,
                               int64_t *offset) {
  uint64_t size = clab_bytes_unsigned(reader);
  struct clab_bytes expression = *reader;
  clab_bytes_skip(reader, size);
  if (reader->bad)
    return false;
  expression.end = reader->at;
  if (clab_bytes_fixed(&expression, 1) != OP_BREG0 + clab_stack_pointer_in(cie->frames_of))
    return false;
  *offset = clab_bytes_signed(&expression);
  if (then != 0 && clab_bytes_fixed(&expression, 1) != then)
    return false;
  return !expression.bad && expression.at == expression.end;
}

/* Executes instructions on the current row until their location passes `pc`. `reader->bad` when
   there is anything that is not understood. */
static void execute(struct clab_rows *rows, const struct clab_cie *cie, struct clab_bytes *reader,
                    uint64_t location, uint64_t pc) {
  struct clab_row *row = &rows->row;
  unsigned depth = 0;
  while (!reader->bad && reader->at < reader->end) {
    uint8_t byte = (uint8_t)clab_bytes_fixed(reader, 1);
    uint8_t low = byte & 0x3f;
    switch (byte & 0xc0) {
    case 0x40: /* DW_CFA_advance_loc */
      location += low * cie->code_align;
      if (location > pc)
        return;
      continue;
    case 0x80: /* DW_CFA_offset */
      set_register(row, low, CLAB_AT_OFFSET, scaled((int64_t)clab_bytes_unsigned(reader), cie));
      continue;
    case 0xc0: /* DW_CFA_restore */
      if (low < CLAB_REGISTERS)
        set_register(row, low, rows->initial.how[low], rows->initial.offset[low]);
      continue;
    }
    uint64_t number;
    switch (low) {
    case 0x00: /* DW_CFA_nop */
      break;
    case 0x01: /* DW_CFA_set_loc */
      location = clab_bytes_pointer(reader, cie->pointer_encoding);
      if (location > pc)
        return;
      break;
    case 0x02: /* DW_CFA_advance_loc1, 2, 4 */
    case 0x03:
    case 0x04:
      location += clab_bytes_fixed(reader, (size_t)1 << (low - 2)) * cie->code_align;
      if (location > pc)
        return;
      break;
    case 0x05: /* DW_CFA_offset_extended */
      number = clab_bytes_unsigned(reader);
      set_register(row, number, CLAB_AT_OFFSET, scaled((int64_t)clab_bytes_unsigned(reader), cie));
      break;
    case 0x06: /* DW_CFA_restore_extended */
      number = clab_bytes_unsigned(reader);
      if (number < CLAB_REGISTERS)
        set_register(row, number, rows->initial.how[number], rows->initial.offset[number]);
      break;
    case 0x07: /* DW_CFA_undefined */
      set_register(row, clab_bytes_unsigned(reader), CLAB_UNDEFINED, 0);
      break;
    case 0x08: /* DW_CFA_same_value */
      set_register(row, clab_bytes_unsigned(reader), CLAB_SAME, 0);
      break;
    case 0x09: /* DW_CFA_register */
      number = clab_bytes_unsigned(reader);
      clab_bytes_unsigned(reader);
      set_register(row, number, CLAB_OTHER, 0);
      break;
    case 0x0a: /* DW_CFA_remember_state */
      if (depth == CLAB_ROW_STATES)
        reader->bad = true;
      else
        rows->remembered[depth++] = *row;
      break;
    case 0x0b: /* DW_CFA_restore_state */
      if (depth == 0)
        reader->bad = true;
      else
        *row = rows->remembered[--depth];
      break;
    case 0x0c: /* DW_CFA_def_cfa */
      row->cfa_register = (uint16_t)clab_bytes_unsigned(reader);
      row->cfa_offset = (int64_t)clab_bytes_unsigned(reader);
      row->cfa_known = true;
      note_depth(rows, cie);
      break;
    case 0x0d: /* DW_CFA_def_cfa_register */
      row->cfa_register = (uint16_t)clab_bytes_unsigned(reader);
      note_depth(rows, cie);
      break;
    case 0x0e: /* DW_CFA_def_cfa_offset */
      row->cfa_offset = (int64_t)clab_bytes_unsigned(reader);
      note_depth(rows, cie);
      break;
    case 0x0f: /* DW_CFA_def_cfa_expression */
      row->cfa_saved = read_sp_expression(reader, cie, OP_DEREF, &row->cfa_offset);
      row->cfa_known = false;
      break;
    case 0x10: { /* DW_CFA_expression */
      int64_t offset = 0;
      number = clab_bytes_unsigned(reader);
      bool from_sp = read_sp_expression(reader, cie, 0, &offset);
      set_register(row, number, from_sp ? CLAB_FROM_SP : CLAB_OTHER, offset);
      break;
    }
    case 0x16: /* DW_CFA_val_expression */
      number = clab_bytes_unsigned(reader);
      clab_bytes_skip(reader, clab_bytes_unsigned(reader));
      set_register(row, number, CLAB_OTHER, 0);
      break;
    case 0x11: /* DW_CFA_offset_extended_sf */
      number = clab_bytes_unsigned(reader);
      set_register(row, number, CLAB_AT_OFFSET, scaled(clab_bytes_signed(reader), cie));
      break;
    case 0x12: /* DW_CFA_def_cfa_sf */
      row->cfa_register = (uint16_t)clab_bytes_unsigned(reader);
      row->cfa_offset = scaled(clab_bytes_signed(reader), cie);
      row->cfa_known = true;
      note_depth(rows, cie);
      break;
    case 0x13: /* DW_CFA_def_cfa_offset_sf */
      row->cfa_offset = scaled(clab_bytes_signed(reader), cie);
      note_depth(rows, cie);
      break;
    case 0x14: /* DW_CFA_val_offset */
    case 0x15: /* DW_CFA_val_offset_sf */
      number = clab_bytes_unsigned(reader);
      clab_bytes_unsigned(reader);
      set_register(row, number, CLAB_OTHER, 0);
      break;
    case 0x2d: /* DW_CFA_AARCH64_negate_ra_state; on other processors windows of registers */
      if (cie->frames_of != CLAB_FRAMES_OF_AARCH64)
        reader->bad = true;
      row->return_signed = !row->return_signed;
      break;
    case 0x2e: /* DW_CFA_GNU_args_size */
      clab_bytes_unsigned(reader);
      break;
    case 0x2f: /* DW_CFA_GNU_negative_offset_extended */
      number = clab_bytes_unsigned(reader);
      set_register(row, number, CLAB_AT_OFFSET,
                   scaled((int64_t)(0 - clab_bytes_unsigned(reader)), cie));
      break;
    default:
      reader->bad = true;
      break;
    }
  }
}

bool clab_rows_run(struct clab_rows *rows, const struct clab_fde *fde, uint64_t pc) {
  struct clab_bytes common = fde->cie.instructions, own = fde->instructions;
  memset(&rows->row, 0, sizeof rows->row);
  memset(&rows->initial, 0, sizeof rows->initial);
  rows->deepest = 0;
  execute(rows, &fde->cie, &common, 0, UINT64_MAX);
  rows->initial = rows->row;
  execute(rows, &fde->cie, &own, fde->start, pc);
  return !common.bad && !own.bad;
}
