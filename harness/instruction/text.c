/* An instruction as gdb prints it. */
#include "decode.h"

#include <string.h>

/* gdb leaves no space behind a comma. Async-signal-safe: yes */
static void close_up(char *text) {
  char *to = text;
  for (const char *from = text; *from; from++)
    if (!(*from == ' ' && from > text && from[-1] == ','))
      *to++ = *from;
  *to = 0;
}

/* Replaces `removed` bytes at `at` by another text, if there is room. Async-signal-safe: yes */
static void replace(char *text, size_t at, size_t removed, const char *with) {
  size_t length = strlen(text), added = strlen(with);
  if (at + removed > length || length - removed + added >= CLAB_INSTRUCTION_TEXT)
    return;
  memmove(text + at + added, text + at + removed, length - at - removed + 1);
  memcpy(text + at, with, added);
}

static const ZydisDecodedOperand *visible_memory(const struct clab_decoded *decoded) {
  for (int i = 0; i < decoded->whole.operand_count_visible; i++)
    if (decoded->operands[i].type == ZYDIS_OPERAND_TYPE_MEMORY)
      return &decoded->operands[i];
  return NULL;
}

static bool is_vector(const ZydisDecodedInstruction *whole) {
  return whole->encoding > ZYDIS_INSTRUCTION_ENCODING_3DNOW ||
         (whole->meta.exception_class >= ZYDIS_EXCEPTION_CLASS_SSE1 &&
          whole->meta.exception_class <= ZYDIS_EXCEPTION_CLASS_SSE7);
}

/* The letter that AT&T syntax has for an operand of the x87 unit. */
static const char *x87_suffix(const ZydisDecodedOperand *operand) {
  bool is_float = operand->element_type == ZYDIS_ELEMENT_TYPE_FLOAT32 ||
                  operand->element_type == ZYDIS_ELEMENT_TYPE_FLOAT64 ||
                  operand->element_type == ZYDIS_ELEMENT_TYPE_FLOAT80;
  switch (operand->size) {
  case 16:
    return "s";
  case 32:
    return is_float ? "s" : "l";
  case 64:
    return is_float ? "l" : "ll";
  case 80:
    return is_float ? "t" : "";
  default:
    return "";
  }
}

/* Intel's names of conditions, where AT&T syntax has another. */
static const char *const conditions[][2] = {{"nbe", "a"}, {"nb", "ae"}, {"nle", "g"},
                                            {"nl", "ge"}, {"nz", "ne"}, {"z", "e"}};

/* `jnz`, `setz`, `cmovnle` become `jne`, `sete`, `cmovg`. Async-signal-safe: yes */
static void rename_condition(const ZydisDecodedInstruction *whole, char *text, size_t at) {
  size_t prefix;
  switch (whole->meta.category) {
  case ZYDIS_CATEGORY_COND_BR:
    prefix = 1;
    break;
  case ZYDIS_CATEGORY_SETCC:
    prefix = 3;
    break;
  case ZYDIS_CATEGORY_CMOV:
    prefix = 4;
    break;
  default:
    return;
  }
  const char *mnemonic = ZydisMnemonicGetString(whole->mnemonic);
  if (strlen(mnemonic) < prefix)
    return;
  for (size_t i = 0; i < sizeof conditions / sizeof *conditions; i++)
    if (!strcmp(mnemonic + prefix, conditions[i][0])) {
      replace(text, at + prefix, strlen(conditions[i][0]), conditions[i][1]);
      return;
    }
}

static char letter_of(uint16_t bits) {
  return bits == 8 ? 'b' : bits == 16 ? 'w' : bits == 32 ? 'l' : 'q';
}

/* `movzx` and `movsx` tell both sizes: `movzbl`. Async-signal-safe: yes */
static void rename_extension(const struct clab_decoded *decoded, char *text, size_t at) {
  ZydisMnemonic mnemonic = decoded->whole.mnemonic;
  if (mnemonic != ZYDIS_MNEMONIC_MOVZX && mnemonic != ZYDIS_MNEMONIC_MOVSX &&
      mnemonic != ZYDIS_MNEMONIC_MOVSXD)
    return;
  char name[] = {'m',
                 'o',
                 'v',
                 mnemonic == ZYDIS_MNEMONIC_MOVZX ? 'z' : 's',
                 letter_of(decoded->operands[1].size),
                 letter_of(decoded->operands[0].size),
                 0};
  replace(text, at, strcspn(text + at, " "), name);
}

/* What Zydis 4.0 writes otherwise than gdb: no star at an indirect jump, a letter for the size
   behind the mnemonics of vectors, and none behind those of the x87 unit. */
static void as_gdb(const struct clab_decoded *decoded, char *text) {
  const ZydisDecodedInstruction *whole = &decoded->whole;
  const ZydisDecodedOperand *memory = visible_memory(decoded);
  const char *mnemonic = ZydisMnemonicGetString(whole->mnemonic);
  const char *found = mnemonic ? strstr(text, mnemonic) : NULL;
  if (!found)
    return;
  size_t start = (size_t)(found - text), end = start + strlen(mnemonic);
  if (whole->meta.branch_type != ZYDIS_BRANCH_TYPE_NONE && text[end] == ' ' &&
      decoded->operands[0].type != ZYDIS_OPERAND_TYPE_IMMEDIATE && whole->operand_count_visible)
    replace(text, end + 1, 0, "*");
  else if (is_vector(whole) && text[end] != ' ' && text[end] != 0)
    replace(text, end, 1, "");
  else if (memory && whole->meta.isa_ext == ZYDIS_ISA_EXT_X87 && text[end] == ' ' &&
           (memory->element_type == ZYDIS_ELEMENT_TYPE_FLOAT32 ||
            memory->element_type == ZYDIS_ELEMENT_TYPE_FLOAT64 ||
            memory->element_type == ZYDIS_ELEMENT_TYPE_FLOAT80 ||
            memory->element_type == ZYDIS_ELEMENT_TYPE_INT))
    replace(text, end, 0, x87_suffix(memory));
  rename_condition(whole, text, start);
  rename_extension(decoded, text, start);
}

bool clab_instruction_text(const uint8_t *code, size_t size, uint64_t pc,
                           char text[CLAB_INSTRUCTION_TEXT]) {
  struct clab_decoded decoded;
  ZydisFormatter formatter;
  text[0] = 0;
  if (!clab_decode(code, size, &decoded) ||
      !ZYAN_SUCCESS(ZydisFormatterInit(&formatter, ZYDIS_FORMATTER_STYLE_ATT)))
    return false;
  static const struct {
    ZydisFormatterProperty property;
    ZyanUPointer value;
  } wanted[] = {
      {ZYDIS_FORMATTER_PROP_HEX_UPPERCASE, 0},
      {ZYDIS_FORMATTER_PROP_DISP_PADDING, ZYDIS_PADDING_DISABLED},
      {ZYDIS_FORMATTER_PROP_IMM_PADDING, ZYDIS_PADDING_DISABLED},
      {ZYDIS_FORMATTER_PROP_ADDR_PADDING_ABSOLUTE, ZYDIS_PADDING_DISABLED},
      {ZYDIS_FORMATTER_PROP_ADDR_PADDING_RELATIVE, ZYDIS_PADDING_DISABLED},
      {ZYDIS_FORMATTER_PROP_FORCE_RELATIVE_RIPREL, 1},
      {ZYDIS_FORMATTER_PROP_IMM_SIGNEDNESS, ZYDIS_SIGNEDNESS_UNSIGNED},
  };
  for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
    ZydisFormatterSetProperty(&formatter, wanted[i].property, wanted[i].value);
  if (!ZYAN_SUCCESS(ZydisFormatterFormatInstruction(&formatter, &decoded.whole, decoded.operands,
                                                    decoded.whole.operand_count_visible, text,
                                                    CLAB_INSTRUCTION_TEXT, pc, NULL))) {
    text[0] = 0;
    return false;
  }
  text[CLAB_INSTRUCTION_TEXT - 1] = 0;
  close_up(text);
  as_gdb(&decoded, text);
  return true;
}
