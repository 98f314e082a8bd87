internal import CrashLabModel

/// The type of an exception, from its std::type_info (Itanium C++ ABI, 2.9.5).
struct ExceptionType {
  /// Mangled.
  let name: String
  private let information: UInt64
  private let classes: Classes

  /// Tells which kind of std::type_info one is, by its table of virtual functions.
  struct Classes {
    let memory: TargetMemory
    private let single: Set<UInt64>
    private let multiple: Set<UInt64>

    init(memory: TargetMemory, symbols: ImageSymbols) {
      self.memory = memory
      // A program may have a copy of its own of what the library defines (R_X86_64_COPY).
      let images = Set(
        memory.mappings.compactMap { mapping in
          mapping.offset == 0 ? LoadedImage.holding(mapping.low, in: memory.mappings) : nil
        })
      func tables(_ name: String) -> Set<UInt64> {
        // The pointer in an object leads behind the offset to the top and the type.
        Set(images.compactMap { symbols.address(of: name, in: $0).map { $0 &+ 16 } })
      }
      single = tables(ExceptionType.classes[0])
      multiple = tables(ExceptionType.classes[1])
    }

    fileprivate func hasOneBase(_ table: UInt64) -> Bool { single.contains(table) }
    fileprivate func hasBases(_ table: UInt64) -> Bool { multiple.contains(table) }
  }

  static let classes = [
    "_ZTVN10__cxxabiv120__si_class_type_infoE", "_ZTVN10__cxxabiv121__vmi_class_type_infoE",
  ]
  /// Its std::type_info is of a class of the library's own, with one base.
  private static let failureOfStream = "St13__ios_failure"
  private static let exception = "St9exception"
  private static let mostName = 1024
  private static let mostBases: UInt64 = 16
  private static let mostTypes = 64

  /// Nil if there is no such thing.
  init?(at information: UInt64, classes: Classes) {
    guard let address = classes.memory.word(information &+ 8),
      var name = classes.memory.bytes(at: address, atMost: ExceptionType.mostName),
      name.count < ExceptionType.mostName
    else { return nil }
    // Types that are compared by the address of their names only.
    if name.first == 0x2a { name.removeFirst() }
    guard !name.isEmpty, name.allSatisfy({ (0x21...0x7e).contains($0) }) else { return nil }
    self.name = String(decoding: name, as: UTF8.self)
    self.information = information
    self.classes = classes
  }

  /// What what() returns of an object of this type; nil if it is no std::exception, or if its what()
  /// can't be followed.
  ///
  /// - Parameter threadPointer: of the thread that has thrown it; nil if nobody knows.
  func what(of object: UInt64, threadPointer: UInt64?) -> String? {
    let memory = classes.memory
    // Virtual functions of std::exception: two destructors, what.
    var budget = ExceptionType.mostTypes
    guard let object = exception(in: object, &budget), let table = memory.word(object),
      let function = memory.word(table &+ 16),
      let text = memory.result(of: function, argument: object, threadPointer: threadPointer)
    else { return nil }
    return memory.text(at: text)
  }

  /// Where an object's std::exception begins; nil if it has none.
  ///
  /// - Parameter budget: how many types may still be looked at; they may be their own bases.
  private func exception(in object: UInt64, _ budget: inout Int) -> UInt64? {
    if name == ExceptionType.exception { return object }
    budget -= 1
    guard budget > 0, let table = classes.memory.word(information) else { return nil }
    if classes.hasOneBase(table) || name == ExceptionType.failureOfStream {
      guard let base = base(at: information &+ 16) else { return nil }
      return base.exception(in: object, &budget)
    }
    guard classes.hasBases(table), let counts = classes.memory.word(information &+ 16) else {
      return nil
    }
    for index in 0..<min(counts >> 32, ExceptionType.mostBases) {
      let place = information &+ 24 &+ index * 16
      guard let base = base(at: place), let flags = classes.memory.word(place &+ 8),
        let part = part(of: object, flags)
      else { continue }
      if let found = base.exception(in: part, &budget) { return found }
    }
    return nil
  }

  private func base(at place: UInt64) -> ExceptionType? {
    classes.memory.word(place).flatMap { ExceptionType(at: $0, classes: classes) }
  }

  /// Where a public base begins; nil if it is not public. Its offset is in the upper bits; that of a virtual one is in the table of
  /// virtual functions, and they tell where.
  private func part(of object: UInt64, _ flags: UInt64) -> UInt64? {
    guard flags & 2 != 0 else { return nil }
    let offset = UInt64(bitPattern: Int64(bitPattern: flags) >> 8)
    guard flags & 1 != 0 else { return object &+ offset }
    guard let table = classes.memory.word(object),
      let distance = classes.memory.word(table &+ offset)
    else { return nil }
    return object &+ distance
  }
}
