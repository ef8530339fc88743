# The texts of the pages. Every key stands in both files and is used by a page; a test holds it.

# Frame
skip = Skip to the content
product = Trình Ký
sample-data = SAMPLE DATA: not real documents
nav-label = Menu
crumbs-label = Where you are
search = Find a document
search-do = Search
search-documents = Number, subject, unit
search-persons = Name, post, unit
search-journal = Document, person, act
sign-out = Sign out
help = Help:
printed-from = Printed from the Trình Ký system, { $x }
print = Print
show = Show
note = Note
optional = Optional
remove = Remove
move-up = Up
move-down = Down
becomes = becomes
filters-label = Filter by state
pager-label = Pages
newer = Newer
older = Older
saved-at = Kept at
saved-failed = Not kept yet; the text is still on this page. Save it when the network is back.
faults-title = Please correct before going on
journal-no = journal no. { $x }

# Common words
document = Document
subject = Subject
drafting-unit = Drafting unit
unit = Unit
person = Person
post = Post
email = E-mail
date = Date
date-hint = Day/month/year, for example 24/03/2023
time = Time
state = State
due = Due:
kind = Kind
code = Code
reason = Reason
source = Source
source-hint = Number and date of the notice
what = What
from = From
recipients = Recipients
signer = Signer
process = Process
process-alt = Diagram of the process with the current place marked; it is described above
history = History
facts = Facts
version = Version
versions = Versions
version-n = Version { $x }
version-compare = compare with the one before

# Deadlines
left-days = { $count ->
    [one] { $n } working day left
   *[other] { $n } working days left
  }
due-today = today
due-before-next-working-day = before the next working day
late-today = overdue since today
late-days = { $count ->
    [one] { $n } working day overdue
   *[other] { $n } working days overdue
  }

# States
state-not-sent = Not sent
state-sent = Sent
state-bounced = Mail returned: { $x }
state-arrived = Arrived
state-opened = Opened
state-accepted = Accepted (arrival no. { $n })
state-refused = Refused: { $x }
state-overdue = { $count ->
    [one] Overdue { $n } working day
   *[other] Overdue { $n } working days
  }
state-met = Met
state-not-met = Not met
state-nothing-arose = Nothing arose
state-not-reported = Not reported

# Errors
error-400-title = The request cannot be read
error-400 = The address or the data sent is malformed.
error-400-do = Go back and try again; what was typed is still there.
error-403-title = Not allowed
error-403 = This account may not do that. The attempt is in the journal.
error-403-do = If it is your duty, ask the administrator to check your post and mandate.
error-404-title = Not found
error-404 = There is no such page, or the document is not yours to see.
error-404-do = Check the link in the mail, or search by number and subject.
error-409-title = This page is out of date
error-409 = Somebody else has acted since this page was opened. Nothing was done just now.
error-409-do = See how things stand now, then decide.
error-409-link = See how things stand now
error-413-title = The file is too large
error-413 = The file is larger than allowed ({ $x }).
error-413-do = Make the pictures smaller, or split the file.
error-422-title = This cannot be done
error-422-do = Go back, correct it and send again.
error-429-title = Too many attempts
error-429 = Please try again in { $n } seconds.
error-429-do = If the password or code is forgotten, ask the administrator.
error-500-title = The system has a fault
error-500 = Nothing was done, because of a fault of the system.
error-500-do = Try again in a few minutes. If it persists, tell the administrator the code below.
error-reference = Reference: { $x }
error-home = To my desk

# Sign-in and desk
sign-in-login = Office e-mail address
sign-in-password = Password
sign-in-password-hint = Pasting and password managers work.
sign-in-do = Sign in
sign-in-expired = The session has ended. Sign in to go on.
sign-in-kept = The session has ended. What was typed is kept; sign in to go on.
sign-in-samples = Sample accounts
desk-empty = There is nothing to do now.
desk-overdue = Overdue
desk-week = Due this week
desk-later = Due later
desk-waiting = Waiting for others
kept-form = This was typed before the session ended, kept at { $x }. Nothing has been sent.
kept-form-back = Open the page to change it

# Documents
documents-none = No document matches.
full-text = Full text
full-text-draft = Full text of the draft
proposal = Proposal
tracking-open = See which units are missing
opinions = Opinions
opinion = Opinion
stance = Stance
reply = Reply
signatures = Signatures
no-signature = No digital signature yet.
pdf-open = Open the PDF
import-title = Draft from a file
import-file = Draft file
import-hint = A .docx or .md file, at most { $x }
import-do = Read the file into a draft
import-then = The parts are recognised; what could not be placed is listed.
draft-save = Save the draft
draft-check = Check the form
draft-pdf = See it typeset (PDF)
findings = Findings
findings-none = Nothing was found.
finding-fix = Correct to: { $x }
unplaced = Could not be placed
unplaced-do = Copy each piece into its field, or leave it out.
place = Place
authority-line = Issuing authority
legal-basis = Legal bases
articles = Articles and clauses
add-basis = Add a legal basis
add-article = Add an article
add-clause = Add a clause to { $x }
add-line = Add a line
recipients-lines = Recipients
signer-title = Authority and post
signer-title-hint = One printed line per line
signer-name = Name of the signer
preview = Typeset page
asked-by = { $x } asks for an opinion
stance-of = Opinion of { $x }
opinion-place = Article, clause
opinion-place-hint = For example: Điều 1, khoản 3. Empty for the whole.
opinion-hint = Say what it should read. May be empty when you agree.
opinion-do = Send the opinion
opinion-then = It goes to the head of the drafting unit; it can be changed until the deadline.
reply-result = Result
reply-words = Reply in words
reply-do = Finish the replies
silent-units = No answer:
remark = Remark
remark-add = Add a remark
remark-back-hint = Needed when sending back.
remark-approve-hint = Needed when sending back or asking.
send-back = Send back
sign-files = Documents to sign
sign-certificate = Certificate
sign-pin = Key password
sign-pin-hint = Used for this signature only, never kept.
sign-later = Sign later
sign-later-then = It stays first on your desk.
clerk-empty = Nothing waits for number, seal or issue.
issue-date = Date of issue
registers = Registers
submit-days = Time for opinions (working days)
submit-days-hint = It ends with the office hours of the last day.
submit-units = Units to be asked
question-of = { $x } asks
answer = Answer
answer-do = Send the answer to { $x }
answer-then = The document goes back to the approval.
register-empty = The register is empty.
register-subject = Type and subject
register-keeper = Keeper of the file copy
number-symbol = Number and symbol

# Receiving
arrival-number = Arrival no.
inbox-empty = There is nothing here.
from-to = { $x } to
view-document = See the document
accept-due = To be accepted by
accept-do = Accept { $x }
accept-then = Accepted by { $x }. The arrival number is given by the press; the sender is told at once.
accepted-title = Accepted, arrival no. { $x }
accepted-then = The sender has been told. This page keeps its address.
refuse-open = Not for this unit…
refuse-reason = Reason
refuse-remark = In words
refuse-remark-hint = For example: which unit it is for.
refuse-do = Refuse and return to the sender
refuse-then = The sender's clerk gets the reason at once; no arrival number is given.
guest-why-code = This page is for bodies without an account. Type the code of the mail to open the document.
guest-code = Code of the mail
guest-code-hint = Eight digits; spaces do not matter.
guest-open = Open the document
guest-open-then = Opening is not accepting yet.
guest-name = Your name
guest-post = Post and unit
guest-then = Name, time and body are recorded as evidence; the sender is told at once.

# Tracking
reminded = Last reminder
contact = Contact
remind-preview = Preview of the reminder
remind-to = To
legend = What the states mean
attest-do = Read and understood
attest-then = Name and time go on the document's record.
attested-at = Confirmed at { $x }

# Objectives
objective-n = Objective { $x }
indicator = Indicator
target = Target
missing = Missing
units-by-indicators = Units and indicators
objectives-none = No year has objectives yet.
report-how = Give counts; the share is computed. Where nothing arose, put 0 in both fields.
cause = Why it was not met
measure = Corrective measure
measure-for = Corrective measure: { $x }
measure-hint = What, by whom, until when.
report-remark = Difficulties, proposals
report-do = Send the report
report-keep = Keep, send later
nothing-arose = Nothing arose in the period
if-not-met = When not met: cause and measure
measure-owner = Who answers for it
measure-by = Done by
measure-by-hint = For example 30/09/2023
year-so-far = Year so far
report-approve-do = Approve the report
report-approve-then = The numbers go into the consolidation by the Office.
report-back-remark = What has to be changed (when sent back)
report-back-do = Send back
report-correct-reason = Why it is corrected
report-correct-do = Open a correction
report-correct-then = The approved version counts until the correction is approved.
consolidate-changes = Different from the last run
before = Before
now = Now
year-close-do = Close the year
year-close-then = No more reports are taken; corrective actions are still followed.
corrective-actions = Corrective actions
numerator = Numerator
denominator = Denominator
result = Result
units-met = Units: met
units-not-met = Not met
units-nothing = Nothing arose
units-missing = Not reported
missing-units = Units without a report
consolidate-how = Numerators and denominators of the units that reported are summed; a missing report counts neither as met nor as 0.
assessment = Assessment, difficulties, causes
assessment-hint = It is printed in the consolidated report.
result-year = Year's result
verdict = Verdict
basis = Basis
conclusion = Conclusion

# Administration
valid-on = On the day
valid = Valid
head = Head
holidays-provisional = This year is computed from the law; the official notice is not out yet.
holidays-add = Add a day
holidays-off = Enter as a day off
holidays-worked = Enter as a make-up working day
holidays-then = Deadlines already set do not move by themselves; those affected are listed afterwards.
published = Published
running = Running
incidents = Incidents
workflow-publish = Publish a workflow
workflow-file = BPMN file
workflow-hint = A BPMN 2.0 file
workflow-do = Check and publish
workflow-then = What runs stays on its version; new cases take this one.
place-in-file = Place
severity = Severity
rule = Rule
outbox-empty = There is no mail here.
mail-subject = Subject
mail-to = To
mail-retry = Send again
journal-number = No.

# Menu and titles of the desk
nav-desk = My desk
nav-documents = Documents
nav-inbox = Incoming
nav-objectives = Objectives
nav-clerk = Clerk
nav-admin = Administration
desk-title = My desk
sign-in-title = Sign in
kept-form-title = A form that waits
