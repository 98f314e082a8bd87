#include "unwind/cfi.h"

#include <string.h>

/* Pointer encodings (DW_EH_PE_...). */
enum {
  PE_ABSPTR = 0x00,
  PE_UDATA4 = 0x03,
  PE_UDATA8 = 0x04,
  PE_SDATA4 = 0x0b,
  PE_SDATA8 = 0x0c,
  PE_PCREL = 0x10,
  PE_DATAREL = 0x30,
  PE_OMIT = 0xff,
};

/* How a register of the caller is found. */
enum { SAME = 0, AT_OFFSET, FROM_SP, UNDEFINED, OTHER };

/* Operations of DWARF expressions. */
enum { OP_DEREF = 0x06, OP_BREG0 = 0x70 };

/* Bytes being parsed; `bad` once anything does not fit. */
struct reader {
  const uint8_t *at;
  const uint8_t *end;
  uint64_t address; /* of the target's memory that `at` was copied from */
  bool bad;
};

static uint64_t read_fixed(struct reader *reader, size_t size) {
  uint64_t value = 0;
  if (reader->bad || (size_t)(reader->end - reader->at) < size) {
    reader->bad = true;
    return 0;
  }
  memcpy(&value, reader->at, size); /* both architectures are little-endian */
  reader->at += size;
  reader->address += size;
  return value;
}

static uint64_t read_leb(struct reader *reader, bool is_signed) {
  uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    uint64_t byte = read_fixed(reader, 1);
    value |= (byte & 0x7f) << shift;
    if (!(byte & 0x80)) {
      if (is_signed && (byte & 0x40) && shift + 7 < 64)
        value |= ~UINT64_C(0) << (shift + 7);
      return value;
    }
  }
  reader->bad = true;
  return 0;
}

static uint64_t read_unsigned(struct reader *reader) { return read_leb(reader, false); }
static int64_t read_signed(struct reader *reader) { return (int64_t)read_leb(reader, true); }

static void skip(struct reader *reader, uint64_t size) {
  if (reader->bad || (uint64_t)(reader->end - reader->at) < size) {
    reader->bad = true;
    return;
  }
  reader->at += size;
  reader->address += size;
}

static uint64_t read_pointer(struct reader *reader, uint8_t encoding) {
  uint64_t base = reader->address;
  uint64_t value;
  switch (encoding & 0x0f) {
  case PE_ABSPTR:
  case PE_UDATA8:
  case PE_SDATA8:
    value = read_fixed(reader, 8);
    break;
  case PE_UDATA4:
    value = read_fixed(reader, 4);
    break;
  case PE_SDATA4:
    value = (uint64_t)(int64_t)(int32_t)read_fixed(reader, 4);
    break;
  default:
    reader->bad = true;
    return 0;
  }
  switch (encoding & 0xf0) {
  case 0:
    return value;
  case PE_PCREL:
    return base + value;
  default:
    reader->bad = true;
    return 0;
  }
}

bool clab_cfi_table_read(struct clab_code *code, const struct clab_image *image,
                         struct clab_cfi_table *table) {
  uint8_t bytes[12];
  if (image->eh_frame_header == 0 ||
      !clab_code_read(code, image->eh_frame_header, bytes, sizeof bytes))
    return false;
  uint8_t frame_encoding = bytes[1] & 0x0f;
  bool usual = bytes[0] == 1 && (frame_encoding == PE_SDATA4 || frame_encoding == PE_UDATA4) &&
               bytes[2] == PE_UDATA4 && bytes[3] == (PE_DATAREL | PE_SDATA4);
  if (!usual)
    return false;
  uint32_t count;
  memcpy(&count, bytes + 8, sizeof count);
  table->header = image->eh_frame_header;
  table->entries = image->eh_frame_header + sizeof bytes;
  table->count = count;
  return true;
}

/* The FDE of the last function that begins at or before `pc`, 0 for none. False when the table
   cannot be read. */
static bool find_fde(struct clab_code *code, const struct clab_image *image, uint64_t pc,
                     uint64_t *fde) {
  *fde = 0;
  struct clab_cfi_table table;
  if (!clab_cfi_table_read(code, image, &table))
    return false;
  struct {
    int32_t start;
    int32_t fde;
  } entry;
  uint64_t low = 0, high = table.count;
  while (low < high) {
    uint64_t middle = low + (high - low) / 2;
    if (!clab_code_read(code, table.entries + middle * sizeof entry, &entry, sizeof entry))
      return false;
    if (table.header + (uint64_t)(int64_t)entry.start <= pc) {
      *fde = table.header + (uint64_t)(int64_t)entry.fde;
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return true;
}

/* Copies a CIE or FDE; the reader begins after the length. */
static bool read_record(struct clab_code *code, uint64_t address, uint8_t *buffer,
                        struct reader *reader) {
  uint32_t length;
  if (!clab_code_read(code, address, &length, sizeof length) || length < 4 ||
      length > CLAB_CFI_BYTES || !clab_code_read(code, address + 4, buffer, length))
    return false;
  *reader = (struct reader){buffer, buffer + length, address + 4, false};
  return true;
}

struct cie {
  uint64_t code_align;
  int64_t data_align;
  uint8_t pointer_encoding;
  bool augmented; /* FDEs have augmentation data */
  bool signal_frame;
  struct reader instructions;
};

static bool parse_cie(struct clab_cfi *cfi, uint64_t address, struct cie *cie) {
  struct reader reader;
  if (!read_record(&cfi->code, address, cfi->cie, &reader))
    return false;
  if (read_fixed(&reader, 4) != 0) /* the CIE's mark */
    return false;
  uint64_t version = read_fixed(&reader, 1);
  if (version != 1 && version != 3)
    return false;
  const char *augmentation = (const char *)reader.at;
  size_t length = strnlen(augmentation, (size_t)(reader.end - reader.at));
  skip(&reader, length + 1);
  cie->code_align = read_unsigned(&reader);
  cie->data_align = read_signed(&reader);
  uint64_t return_column = version == 1 ? read_fixed(&reader, 1) : read_unsigned(&reader);
  if (return_column != CLAB_REG_RETURN)
    return false;
  cie->pointer_encoding = PE_ABSPTR;
  cie->augmented = false;
  cie->signal_frame = false;
  if (reader.bad)
    return false;
  if (augmentation[0] == 'z') {
    cie->augmented = true;
    uint64_t size = read_unsigned(&reader);
    struct reader data = reader;
    skip(&reader, size);
    for (const char *letter = augmentation + 1; *letter; letter++) {
      switch (*letter) {
      case 'L':
        read_fixed(&data, 1);
        break;
      case 'P': {
        uint8_t encoding = (uint8_t)read_fixed(&data, 1);
        read_pointer(&data, encoding & 0x0f);
        break;
      }
      case 'R':
        cie->pointer_encoding = (uint8_t)read_fixed(&data, 1);
        break;
      case 'S':
        cie->signal_frame = true;
        break;
      default: /* such as 'B', signed return addresses on aarch64 */
        return false;
      }
    }
    if (data.bad)
      return false;
  } else if (augmentation[0] != 0) {
    return false;
  }
  cie->instructions = reader;
  return !reader.bad;
}

static void set_register(struct clab_cfi_row *row, struct reader *reader, uint64_t number,
                         uint8_t how, int64_t offset) {
  if (number >= CLAB_REGISTERS) {
#if defined(__aarch64__)
    (void)reader;
    return; /* vector registers: they never lead to the caller */
#else
    reader->bad = true;
    return;
#endif
  }
  row->how[number] = how;
  row->offset[number] = offset;
}

/* Reads an expression. True if it is the stack pointer plus an offset, and after that this
   operation (0: none). */
static bool read_sp_expression(struct reader *reader, uint8_t then, int64_t *offset) {
  uint64_t size = read_unsigned(reader);
  struct reader expression = *reader;
  skip(reader, size);
  if (reader->bad)
    return false;
  expression.end = reader->at;
  if (read_fixed(&expression, 1) != OP_BREG0 + CLAB_REG_SP)
    return false;
  *offset = read_signed(&expression);
  if (then != 0 && read_fixed(&expression, 1) != then)
    return false;
  return !expression.bad && expression.at == expression.end;
}

/* Executes call frame instructions until their location passes `pc`. `reader->bad` when there is
   anything that is not understood. */
static void execute(struct clab_cfi *cfi, const struct cie *cie, struct reader *reader,
                    uint64_t location, uint64_t pc) {
  struct clab_cfi_row *row = &cfi->row;
  unsigned depth = 0;
  while (!reader->bad && reader->at < reader->end) {
    uint8_t byte = (uint8_t)read_fixed(reader, 1);
    uint8_t low = byte & 0x3f;
    switch (byte & 0xc0) {
    case 0x40: /* DW_CFA_advance_loc */
      location += low * cie->code_align;
      if (location > pc)
        return;
      continue;
    case 0x80: /* DW_CFA_offset */
      set_register(row, reader, low, AT_OFFSET, (int64_t)read_unsigned(reader) * cie->data_align);
      continue;
    case 0xc0: /* DW_CFA_restore */
      if (low < CLAB_REGISTERS)
        set_register(row, reader, low, cfi->initial.how[low], cfi->initial.offset[low]);
      continue;
    }
    uint64_t number;
    switch (low) {
    case 0x00: /* DW_CFA_nop */
      break;
    case 0x01: /* DW_CFA_set_loc */
      location = read_pointer(reader, cie->pointer_encoding);
      if (location > pc)
        return;
      break;
    case 0x02: /* DW_CFA_advance_loc1, 2, 4 */
    case 0x03:
    case 0x04:
      location += read_fixed(reader, (size_t)1 << (low - 2)) * cie->code_align;
      if (location > pc)
        return;
      break;
    case 0x05: /* DW_CFA_offset_extended */
      number = read_unsigned(reader);
      set_register(row, reader, number, AT_OFFSET,
                   (int64_t)read_unsigned(reader) * cie->data_align);
      break;
    case 0x06: /* DW_CFA_restore_extended */
      number = read_unsigned(reader);
      if (number < CLAB_REGISTERS)
        set_register(row, reader, number, cfi->initial.how[number], cfi->initial.offset[number]);
      break;
    case 0x07: /* DW_CFA_undefined */
      set_register(row, reader, read_unsigned(reader), UNDEFINED, 0);
      break;
    case 0x08: /* DW_CFA_same_value */
      set_register(row, reader, read_unsigned(reader), SAME, 0);
      break;
    case 0x09: /* DW_CFA_register */
      number = read_unsigned(reader);
      read_unsigned(reader);
      set_register(row, reader, number, OTHER, 0);
      break;
    case 0x0a: /* DW_CFA_remember_state */
      if (depth == CLAB_CFI_STATES)
        reader->bad = true;
      else
        cfi->remembered[depth++] = *row;
      break;
    case 0x0b: /* DW_CFA_restore_state */
      if (depth == 0)
        reader->bad = true;
      else
        *row = cfi->remembered[--depth];
      break;
    case 0x0c: /* DW_CFA_def_cfa */
      row->cfa_register = (uint16_t)read_unsigned(reader);
      row->cfa_offset = (int64_t)read_unsigned(reader);
      row->cfa_known = true;
      break;
    case 0x0d: /* DW_CFA_def_cfa_register */
      row->cfa_register = (uint16_t)read_unsigned(reader);
      break;
    case 0x0e: /* DW_CFA_def_cfa_offset */
      row->cfa_offset = (int64_t)read_unsigned(reader);
      break;
    case 0x0f: /* DW_CFA_def_cfa_expression */
      row->cfa_saved = read_sp_expression(reader, OP_DEREF, &row->cfa_offset);
      row->cfa_known = false;
      break;
    case 0x10: { /* DW_CFA_expression */
      int64_t offset = 0;
      number = read_unsigned(reader);
      bool from_sp = read_sp_expression(reader, 0, &offset);
      set_register(row, reader, number, from_sp ? FROM_SP : OTHER, offset);
      break;
    }
    case 0x16: /* DW_CFA_val_expression */
      number = read_unsigned(reader);
      skip(reader, read_unsigned(reader));
      set_register(row, reader, number, OTHER, 0);
      break;
    case 0x11: /* DW_CFA_offset_extended_sf */
      number = read_unsigned(reader);
      set_register(row, reader, number, AT_OFFSET, read_signed(reader) * cie->data_align);
      break;
    case 0x12: /* DW_CFA_def_cfa_sf */
      row->cfa_register = (uint16_t)read_unsigned(reader);
      row->cfa_offset = read_signed(reader) * cie->data_align;
      row->cfa_known = true;
      break;
    case 0x13: /* DW_CFA_def_cfa_offset_sf */
      row->cfa_offset = read_signed(reader) * cie->data_align;
      break;
    case 0x14: /* DW_CFA_val_offset */
    case 0x15: /* DW_CFA_val_offset_sf */
      number = read_unsigned(reader);
      read_unsigned(reader);
      set_register(row, reader, number, OTHER, 0);
      break;
    case 0x2e: /* DW_CFA_GNU_args_size */
      read_unsigned(reader);
      break;
    default:
      reader->bad = true;
      break;
    }
  }
}

/* Offsets from the CFA that a rule may have: below it, and not absurdly far. */
static bool usable(int64_t offset) {
  return offset <= -(int64_t)sizeof(uint64_t) && offset >= -(INT64_C(1) << 26);
}

/* Turns a signal frame's row into a rule, if all registers were saved together. */
static void conclude_context(struct clab_cfi *cfi, struct clab_rule *rule) {
  enum { MOST_OFFSET = 4096 };
  const struct clab_cfi_row *row = &cfi->row;
  struct clab_context_layout layout = {.known = true, .lowest = MOST_OFFSET};
  if (!row->cfa_saved || row->offset[CLAB_REG_SP] != row->cfa_offset)
    return;
  for (unsigned i = 0; i < CLAB_REGISTERS; i++) {
    int64_t offset = row->offset[i];
    if (row->how[i] != FROM_SP || offset < 0 || offset > MOST_OFFSET)
      return;
    layout.offset[i] = (int32_t)offset;
    if (offset < layout.lowest)
      layout.lowest = (int32_t)offset;
    if (offset > layout.highest)
      layout.highest = (int32_t)offset;
  }
  if (!cfi->context.known)
    cfi->context = layout;
  if (memcmp(cfi->context.offset, layout.offset, sizeof layout.offset) == 0)
    rule->kind = CLAB_RULE_CONTEXT;
}

/* Turns a row into a rule, if it is one of the provable kind. */
static void conclude(const struct clab_cfi_row *row, struct clab_rule *rule) {
  bool outermost = row->how[CLAB_REG_RETURN] == UNDEFINED;
  if (outermost)
    rule->kind = CLAB_RULE_OUTERMOST;
  bool from_fp = row->cfa_register == CLAB_REG_FP;
  if (!row->cfa_known || (!from_fp && row->cfa_register != CLAB_REG_SP) || row->cfa_offset < 0 ||
      row->cfa_offset > (INT64_C(1) << 26))
    return;
  rule->cfa_from_fp = from_fp;
  rule->cfa_offset = (int32_t)row->cfa_offset;
  if (outermost)
    return;
  if (row->how[CLAB_REG_RETURN] != AT_OFFSET || !usable(row->offset[CLAB_REG_RETURN]))
    return;
  rule->return_offset = (int32_t)row->offset[CLAB_REG_RETURN];
  if (CLAB_RETURN_OFFSET(rule) != rule->return_offset)
    return;
  rule->lowest = rule->return_offset;
  unsigned changed = 0;
  for (unsigned i = 0; i < CLAB_SAVED_COUNT; i++) {
    unsigned number = clab_saved_registers[i];
    rule->saved_offset[i] = rule->return_offset;
    if (row->how[number] == SAME)
      continue;
    if (row->how[number] != AT_OFFSET || !usable(row->offset[number]))
      return;
    changed++;
    rule->saved |= (uint16_t)(1u << i);
    rule->saved_offset[i] = (int32_t)row->offset[number];
    if (rule->saved_offset[i] < rule->lowest)
      rule->lowest = rule->saved_offset[i];
  }
  /* Any other register with a rule of its own is libunwind's. */
  for (unsigned i = 0; i < CLAB_REGISTERS; i++)
    if (i != CLAB_REG_RETURN && row->how[i] != SAME)
      if (changed-- == 0)
        return;
  rule->kind = CLAB_RULE_PROVED;
}

bool clab_cfi_record(struct clab_cfi *cfi, uint64_t address, uint64_t *next, uint64_t *start) {
  uint32_t length;
  *start = 0;
  if (!clab_code_read(&cfi->code, address, &length, sizeof length) || length < 4)
    return false;
  *next = address + sizeof length + length;
  struct reader fde;
  if (!read_record(&cfi->code, address, cfi->fde, &fde))
    return true;
  uint64_t id_address = fde.address, back = read_fixed(&fde, 4);
  struct cie cie;
  if (back == 0 || !parse_cie(cfi, id_address - back, &cie))
    return true;
  uint64_t function = read_pointer(&fde, cie.pointer_encoding);
  if (!fde.bad)
    *start = function;
  return true;
}

void clab_cfi_prove(struct clab_cfi *cfi, const struct clab_image *image, uint64_t pc,
                    struct clab_rule *rule) {
  memset(rule, 0, sizeof *rule);
  if (image->eh_frame_header == 0)
    return;
  rule->kind = CLAB_RULE_STEP;
  uint64_t address;
  struct reader fde;
  if (!find_fde(&cfi->code, image, pc, &address))
    return;
  if (address == 0) {
    rule->kind = CLAB_RULE_NONE;
    return;
  }
  if (!read_record(&cfi->code, address, cfi->fde, &fde))
    return;
  uint64_t id_address = fde.address;
  uint64_t back = read_fixed(&fde, 4);
  struct cie cie;
  if (back == 0 || !parse_cie(cfi, id_address - back, &cie))
    return;
  uint64_t start = read_pointer(&fde, cie.pointer_encoding);
  uint64_t size = read_pointer(&fde, cie.pointer_encoding & 0x0f);
  if (cie.augmented)
    skip(&fde, read_unsigned(&fde));
  if (fde.bad)
    return;
  if (pc < start || pc - start >= size) {
    rule->kind = CLAB_RULE_NONE;
    return;
  }
  rule->signal_frame = cie.signal_frame;
  memset(&cfi->row, 0, sizeof cfi->row);
  memset(&cfi->initial, 0, sizeof cfi->initial);
  execute(cfi, &cie, &cie.instructions, 0, ~UINT64_C(0));
  cfi->initial = cfi->row;
  execute(cfi, &cie, &fde, start, pc);
  if (cie.instructions.bad || fde.bad)
    return;
  /* A signal frame may lie on another stack than its caller: never replayed. */
  if (rule->signal_frame)
    conclude_context(cfi, rule);
  else
    conclude(&cfi->row, rule);
}
