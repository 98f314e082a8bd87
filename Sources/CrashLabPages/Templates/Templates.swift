internal import Mustache

/// The templates, parsed once.
struct Templates {
  static let page = Templates(
    main: pageTemplate, parts: ["trial": trialTemplate])
  static let comparison = Templates(
    main: comparisonTemplate,
    parts: ["sides": sidesTemplate, "row": rowTemplate])
  static let claims = Templates(main: claimsTemplate, parts: [:])

  private let library: MustacheLibrary

  private init(main: String, parts: [String: String]) {
    let shared = [
      "main": main, "head": headTemplate, "definitions": definitionsTemplate,
      "machine": machineTemplate,
    ]
    let templates = parts.merging(shared) { $1 }.mapValues { MustacheTemplate.page($0) }
    library = MustacheLibrary(templates: templates)
  }

  func render(_ values: Values) -> String { library.render(values, withTemplate: "main") ?? "" }
}
