let pageTemplate = #"""
  {{>head}}
  <title>{{title}}</title>
  <style>
  {{{style}}}
  {{#folderRules}}
  body:has(#folder-{{id}}:not(:checked)) [data-folder="{{id}}"],
  {{/folderRules}}
  {{#verdicts}}
  body:has(#verdict-{{id}}:not(:checked)) [data-verdict="{{id}}"],
  {{/verdicts}}
  .never { display: none }
  </style>
  </head>
  <body>
  <a class="skip" href="#trials">Skip to the trials</a>
  {{>definitions}}
  <header>
  <p class="brand">crashlab</p>
  <h1>{{sentence}}</h1>
  <p class="lead">{{#isRun}}Every trial ran in a process of its own. {{/isRun}}Here is where it fell, how it came there, and who died with it.{{#isRun}} The run took {{duration}}.{{/isRun}}</p>
  {{>heading}}
  </header>
  <div class="columns">
  {{>contents}}
  <main>
  {{>machine}}
  <section aria-labelledby="overview-title">
  <h2 id="overview-title">The cases</h2>
  <form class="filter" aria-label="Filter">
  <fieldset><legend>Verdict</legend>{{#verdicts}}<label><input type="checkbox" id="verdict-{{id}}" checked="checked"/> <span class="badge {{id}}"><span aria-hidden="true">{{mark}}</span> {{name}}</span> <span class="count">{{count}}</span></label>{{/verdicts}}</fieldset>
  <fieldset><legend>Folder</legend>{{#folders}}<label><input type="checkbox" id="folder-{{id}}" checked="checked"/> {{name}} <span class="count">{{count}}</span></label>{{/folders}}</fieldset>
  <button type="reset">Show all</button>
  </form>
  {{#folders}}
  <div class="folder" data-folder="{{id}}">
  <h3>{{name}}</h3>
  <ul class="overview">
  {{#cases}}
  <li data-verdict="{{verdict.id}}" data-case="{{id}}"><span class="badge {{verdict.id}}"><span aria-hidden="true">{{verdict.mark}}</span><span class="hidden"> {{verdict.name}}: </span></span> <a href="#{{id}}">{{name}}</a><span class="seen">{{seen}}</span></li>
  {{/cases}}
  </ul>
  </div>
  {{/folders}}
  </section>
  <section id="trials" aria-labelledby="trials-title">
  <h2 id="trials-title">The trials</h2>
  {{#folders}}
  {{#cases}}
  <article class="case" id="{{id}}" data-case="{{id}}" data-folder="{{folder}}" data-verdict="{{verdict.id}}" aria-labelledby="{{id}}-title">
  <header class="case-head"><p class="path">{{folder}}</p><h3 id="{{id}}-title">{{name}}</h3> <span class="badge {{verdict.id}}"><span aria-hidden="true">{{verdict.mark}}</span> {{verdict.name}}</span></header>
  {{#summary}}<p class="lead">{{summary}}</p>{{/summary}}
  {{#expected}}<p class="expected"><b>Expected</b> {{expected}}</p>{{/expected}}
  {{#attempts}}<p><b>Repeated</b> {{attempts}}</p>{{/attempts}}
  {{#overshoots}}<figure class="overshoots"><figcaption>How far below the stack limit the faults fell</figcaption>{{{drawing}}}</figure>{{/overshoots}}
  {{#trials}}{{>trial}}{{/trials}}
  {{#lesson}}<p class="lesson"><b>What it teaches</b> {{lesson}}</p>{{/lesson}}
  <p class="back"><a href="#overview-title">Back to the cases</a></p>
  </article>
  {{/cases}}
  {{/folders}}
  </section>
  </main>
  </div>
  {{>search}}
  </body>
  </html>

  """#

let trialTemplate = #"""
  <section class="trial" aria-label="Trial{{#attempt}} {{attempt}}{{/attempt}}">
  {{#attempt}}<h4>Attempt {{attempt}} <span class="badge {{verdict.id}}"><span aria-hidden="true">{{verdict.mark}}</span> {{verdict.name}}</span></h4>{{/attempt}}
  <p class="seen-whole"><b>Seen</b> {{summary}}</p>
  {{#reason}}<p class="reason"><b>Because</b> {{reason}}</p>{{/reason}}
  {{#hasMismatches}}<div class="scroll" tabindex="0" role="region" aria-label="Differences"><table class="differences"><thead><tr><th scope="col">what</th><th scope="col">expected</th><th scope="col">seen</th></tr></thead><tbody>{{#mismatches}}<tr><th scope="row">{{what}}</th><td>{{expected}}</td><td class="bad-text">{{seen}}</td></tr>{{/mismatches}}</tbody></table></div>{{/hasMismatches}}
  {{#faults}}
  <figure class="fault"><figcaption>{{#isOne}}Where it fell, to scale: low addresses left{{/isOne}}{{^isOne}}Fault {{number}}: {{words}}{{/isOne}}</figcaption>
  {{#strips}}<div class="strips">{{{drawing}}}</div>{{/strips}}
  <div class="scroll" tabindex="0" role="region" aria-label="Addresses"><table class="addresses"><thead><tr><th scope="col">what</th><th scope="col">address</th>{{#hasLimit}}<th scope="col">from the stack limit</th>{{/hasLimit}}</tr></thead><tbody>{{#addresses}}<tr{{#isFault}} class="is-fault"{{/isFault}}><th scope="row">{{name}}</th><td class="address">{{address}}</td>{{#hasLimit}}<td>{{distance}}</td>{{/hasLimit}}</tr>{{/addresses}}</tbody></table></div>
  <p class="note">Thread {{thread}}{{^handled}}; no handler ran for it{{/handled}}.</p>
  {{#culprit}}<pre class="culprit" tabindex="0" aria-label="Who ate the stack">{{#lines}}{{.}}<br/>{{/lines}}</pre>{{/culprit}}
  {{#unwind}}<details{{#isShort}} open="open"{{/isShort}}><summary>{{words}}</summary><ol class="frames">{{#frames}}<li><span class="index">{{index}}</span> <span class="where">{{#inlined}}<span class="source">inlined {{name}}</span><br/>{{/inlined}}{{#symbol}}<b>{{symbol}}</b>{{#offset}} + {{offset}}{{/offset}}{{/symbol}}{{^symbol}}<span class="address">{{programCounter}}</span>{{/symbol}}{{#source}} <span class="source">{{source}}</span>{{/source}}</span>{{#times}} <span class="times">× {{times}}</span>{{/times}}</li>{{/frames}}</ol>{{#left}}<p class="note">… and {{left}} more entries</p>{{/left}}</details>{{/unwind}}
  {{#python}}<pre class="culprit" tabindex="0" aria-label="Functions of Python">{{#lines}}{{.}}<br/>{{/lines}}</pre>{{/python}}
  {{#source}}<pre class="culprit" tabindex="0" aria-label="Source">{{#lines}}{{.}}<br/>{{/lines}}</pre>{{/source}}
  {{#registers}}<details><summary>Registers</summary><div class="scroll" tabindex="0" role="region" aria-label="Registers"><table class="addresses"><tbody>{{#rows}}<tr><th scope="row">{{name}}</th><td class="address">{{value}}</td><td>{{place}}</td></tr>{{/rows}}</tbody></table></div></details>{{/registers}}
  </figure>
  {{/faults}}
  {{#corruption}}
  <figure class="fault"><figcaption>{{words}}</figcaption>{{#strips}}<div class="strips">{{{drawing}}}</div>{{/strips}}</figure>
  {{/corruption}}
  {{#hasThreads}}<figure class="fault"><figcaption>The other threads</figcaption>
  {{#threads}}<p class="note">{{#isOne}}One thread{{/isOne}}{{^isOne}}{{count}} threads{{/isOne}} {{names}}</p>{{#unwind}}<details{{#isShort}} open="open"{{/isShort}}><summary>{{words}}</summary><ol class="frames">{{#frames}}<li><span class="index">{{index}}</span> <span class="where">{{#inlined}}<span class="source">inlined {{name}}</span><br/>{{/inlined}}{{#symbol}}<b>{{symbol}}</b>{{#offset}} + {{offset}}{{/offset}}{{/symbol}}{{^symbol}}<span class="address">{{programCounter}}</span>{{/symbol}}{{#source}} <span class="source">{{source}}</span>{{/source}}</span>{{#times}} <span class="times">× {{times}}</span>{{/times}}</li>{{/frames}}</ol>{{#left}}<p class="note">… and {{left}} more entries</p>{{/left}}</details>{{/unwind}}{{/threads}}
  </figure>{{/hasThreads}}
  {{#hasCounters}}<dl class="facts">{{#counters}}<div><dt>{{name}}</dt><dd>{{value}}</dd></div>{{/counters}}</dl>{{/hasCounters}}
  {{#timeline}}<figure class="timeline"><figcaption>How it went</figcaption>{{{drawing}}}
  <ol class="moments">{{#moments}}<li><span>{{name}}</span> <span class="number">{{at}}</span> <span class="after">+{{after}}</span></li>{{/moments}}</ol></figure>{{/timeline}}
  <p class="death"><b>Who died</b> {{#death}}<span class="item">{{.}}</span>{{/death}}</p>
  {{#signature}}<p class="signature"><b>Signature</b> <code>{{signature}}</code></p>{{/signature}}
  <p class="again"><b>To see it again</b> <code>{{command}}</code></p>
  </section>
  """#
