internal import CrashLabModel

/// One instruction of x86-64, decoded as far as the stack pointer needs: its length exactly, its
/// operands only in their outlines (Intel's manual, volume 2, chapter 2 and appendix A).
///
/// A disassembler library would be a dependency for the sake of a dozen instructions; what has to
/// be exact is where each begins, and that needs no more than the opcode maps' lengths. A test
/// holds them against objdump.
package struct Instruction: Equatable {
  package enum Map: UInt8 { case one, escape, escape38, escape3A, vector }

  package var length: Int
  package var map: Map
  package var opcode: UInt8
  /// The ModRM byte's fields with REX's bits; nil without one.
  package var operands: Operands?
  package var immediate: Int64 = 0
  /// With REX.W: 64-bit operands.
  package var isWide: Bool
  /// REX.B, which is part of the register in opcodes such as B8+r.
  package var extendsRegister: Bool

  package struct Operands: Equatable {
    package var isRegister: Bool
    package var reg: UInt8
    /// The register, or the base of the address; nil where there is none.
    package var base: UInt8?
    package var hasIndex: Bool
    package var displacement: Int32

    package init(isRegister: Bool, reg: UInt8, base: UInt8?, hasIndex: Bool, displacement: Int32) {
      self.isRegister = isRegister
      self.reg = reg
      self.base = base
      self.hasIndex = hasIndex
      self.displacement = displacement
    }
  }

  package static let stackPointer: UInt8 = 4
  package static let framePointer: UInt8 = 5

  /// Nil if the bytes end within it or are no instruction that is known.
  package init?(_ code: UnsafeRawBufferPointer, at start: Int) {
    var next = start
    let end = min(code.count, start + 15)
    func peek() -> UInt8? { next < end ? code[next] : nil }
    func take() -> UInt8? {
      guard next < end else { return nil }
      next += 1
      return code[next - 1]
    }
    var has16 = false
    var hasAddress32 = false
    while let byte = peek() {
      switch byte {
      case 0x66: has16 = true
      case 0x67: hasAddress32 = true
      case 0xf0, 0xf2, 0xf3, 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65: break
      default:
        guard let decoded = Instruction.Body(code, at: next, end: end, has16, hasAddress32) else {
          return nil
        }
        self = decoded.instruction
        length = decoded.end - start
        return
      }
      next += 1
    }
    return nil
  }

  /// What follows the legacy prefixes.
  private struct Body {
    var instruction: Instruction
    var end: Int

    init?(_ code: UnsafeRawBufferPointer, at start: Int, end limit: Int, _ has16: Bool, _ a32: Bool)
    {
      var next = start
      func take() -> UInt8? {
        guard next < limit else { return nil }
        next += 1
        return code[next - 1]
      }
      guard var opcode = take() else { return nil }
      var rex: UInt8 = 0
      if opcode & 0xf0 == 0x40 {
        rex = opcode
        guard let following = take() else { return nil }
        opcode = following
      }
      var map = Map.one
      var needs: Needs
      switch opcode {
      case 0x0f:
        guard let second = take() else { return nil }
        opcode = second
        switch second {
        case 0x38, 0x3a:
          map = second == 0x38 ? .escape38 : .escape3A
          guard let third = take() else { return nil }
          opcode = third
          needs = Needs(modRM: true, immediate: second == 0x3a ? .one : .none)
        default:
          map = .escape
          guard let found = Needs(escape: second) else { return nil }
          needs = found
        }
      case 0xc5, 0xc4, 0x62:
        // VEX and EVEX: in 64-bit mode these bytes are nothing else.
        guard rex == 0, let first = take() else { return nil }
        let extra = opcode == 0xc5 ? 0 : opcode == 0xc4 ? 1 : 2
        for _ in 0..<extra { guard take() != nil else { return nil } }
        let page = opcode == 0xc5 ? 1 : opcode == 0xc4 ? first & 0x1f : first & 0x07
        let isEvex = opcode == 0x62
        guard let code = take() else { return nil }
        map = .vector
        opcode = code
        switch page {
        case 1:
          let hasByte = [0x70, 0x71, 0x72, 0x73, 0xc2, 0xc4, 0xc5, 0xc6].contains(code)
          needs = Needs(modRM: isEvex || code != 0x77, immediate: hasByte ? .one : .none)
        case 2, 5, 6: needs = Needs(modRM: true)
        case 3: needs = Needs(modRM: true, immediate: .one)
        default: return nil
        }
      default:
        guard let found = Needs(one: opcode) else { return nil }
        needs = found
      }
      let isWide = rex & 8 != 0
      var operands: Operands?
      if needs.modRM {
        guard let byte = take() else { return nil }
        let mode = byte >> 6
        var operand = Operands(
          isRegister: mode == 3, reg: byte >> 3 & 7 | (rex & 4) << 1,
          base: byte & 7 | (rex & 1) << 3, hasIndex: false, displacement: 0)
        var displacementSize = mode == 1 ? 1 : mode == 2 ? 4 : 0
        if mode != 3 {
          if byte & 7 == 4 {
            guard let scale = take() else { return nil }
            operand.hasIndex = scale >> 3 & 7 | (rex & 2) << 2 != 4
            operand.base = scale & 7 | (rex & 1) << 3
            if scale & 7 == 5, mode == 0 {
              operand.base = nil
              displacementSize = 4
            }
          } else if byte & 7 == 5, mode == 0 {
            operand.base = nil
            displacementSize = 4
          }
          // VEX and EVEX carry REX's bits elsewhere: of those nothing is asked but the length.
          if map == .vector { operand.base = nil }
        }
        guard limit - next >= displacementSize else { return nil }
        operand.displacement =
          switch displacementSize {
          case 1: Int32(Int8(bitPattern: code[next]))
          case 4: Int32(littleEndian: code.loadUnaligned(fromByteOffset: next, as: Int32.self))
          default: 0
          }
        next += displacementSize
        operands = operand
        // TEST is the only one of its group with an immediate.
        if map == .one, opcode == 0xf6 || opcode == 0xf7, byte >> 3 & 7 < 2 {
          needs.immediate = opcode == 0xf6 ? .one : .operand
        }
      }
      let size: Int =
        switch needs.immediate {
        case .none: 0
        case .one: 1
        case .two: 2
        case .three: 3
        case .four: 4
        case .operand: has16 && !isWide ? 2 : 4
        case .whole: isWide ? 8 : has16 ? 2 : 4
        case .address: a32 ? 4 : 8
        }
      guard limit - next >= size else { return nil }
      var immediate: Int64 = 0
      switch size {
      case 1: immediate = Int64(Int8(bitPattern: code[next]))
      case 2: immediate = Int64(code.loadUnaligned(fromByteOffset: next, as: Int16.self))
      case 4: immediate = Int64(code.loadUnaligned(fromByteOffset: next, as: Int32.self))
      case 8: immediate = code.loadUnaligned(fromByteOffset: next, as: Int64.self)
      default: break
      }
      next += size
      instruction = Instruction(
        length: 0, map: map, opcode: opcode, operands: operands, immediate: immediate,
        isWide: isWide, extendsRegister: rex & 1 != 0)
      end = next
    }
  }

  private init(
    length: Int, map: Map, opcode: UInt8, operands: Operands?, immediate: Int64, isWide: Bool,
    extendsRegister: Bool
  ) {
    self.length = length
    self.map = map
    self.opcode = opcode
    self.operands = operands
    self.immediate = immediate
    self.isWide = isWide
    self.extendsRegister = extendsRegister
  }

  /// What follows an opcode.
  private struct Needs {
    enum Immediate {
      case none, one, two, three, four
      /// Four bytes, or two with the 16-bit prefix.
      case operand
      /// The same, or eight with REX.W.
      case whole
      case address
    }

    var modRM = false
    var immediate = Immediate.none

    init(modRM: Bool = false, immediate: Immediate = .none) {
      self.modRM = modRM
      self.immediate = immediate
    }

    /// The one-byte map; nil for what 64-bit mode does not have.
    init?(one opcode: UInt8) {
      switch opcode {
      case 0x00...0x3f:
        switch opcode & 7 {
        case 0...3: self.init(modRM: true)
        case 4: self.init(immediate: .one)
        case 5: self.init(immediate: .operand)
        default: return nil
        }
      case 0x50...0x5f: self.init()
      case 0x63: self.init(modRM: true)
      case 0x68: self.init(immediate: .operand)
      case 0x69: self.init(modRM: true, immediate: .operand)
      case 0x6a: self.init(immediate: .one)
      case 0x6b: self.init(modRM: true, immediate: .one)
      case 0x6c...0x6f: self.init()
      case 0x70...0x7f: self.init(immediate: .one)
      case 0x80, 0x83: self.init(modRM: true, immediate: .one)
      case 0x81: self.init(modRM: true, immediate: .operand)
      case 0x84...0x8f: self.init(modRM: true)
      case 0x90...0x99, 0x9b...0x9f: self.init()
      case 0xa0...0xa3: self.init(immediate: .address)
      case 0xa4...0xa7, 0xaa...0xaf: self.init()
      case 0xa8: self.init(immediate: .one)
      case 0xa9: self.init(immediate: .operand)
      case 0xb0...0xb7: self.init(immediate: .one)
      case 0xb8...0xbf: self.init(immediate: .whole)
      case 0xc0, 0xc1, 0xc6: self.init(modRM: true, immediate: .one)
      case 0xc2, 0xca: self.init(immediate: .two)
      case 0xc3, 0xc9, 0xcb, 0xcc, 0xcf: self.init()
      case 0xc7: self.init(modRM: true, immediate: .operand)
      case 0xc8: self.init(immediate: .three)
      case 0xcd: self.init(immediate: .one)
      case 0xd0...0xd3: self.init(modRM: true)
      case 0xd7: self.init()
      case 0xd8...0xdf: self.init(modRM: true)
      case 0xe0...0xe7, 0xeb: self.init(immediate: .one)
      case 0xe8, 0xe9: self.init(immediate: .four)
      case 0xec...0xef, 0xf1, 0xf4, 0xf5, 0xf8...0xfd: self.init()
      case 0xf6, 0xf7, 0xfe, 0xff: self.init(modRM: true)
      default: return nil
      }
    }

    /// The map behind 0F.
    init?(escape opcode: UInt8) {
      switch opcode {
      case 0x05...0x09, 0x0b, 0x0e, 0x30...0x37, 0x77, 0xa0...0xa2, 0xa8...0xaa, 0xc8...0xcf:
        self.init()
      case 0x70...0x73, 0xa4, 0xac, 0xba, 0xc2, 0xc4...0xc6:
        self.init(modRM: true, immediate: .one)
      case 0x80...0x8f: self.init(immediate: .four)
      case 0x04, 0x0a, 0x0c, 0x0f, 0x24...0x27, 0x39, 0x3b...0x3f, 0xa6, 0xa7: return nil
      default: self.init(modRM: true)
      }
    }
  }
}
