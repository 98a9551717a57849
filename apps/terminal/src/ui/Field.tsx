// One line, or several, that a person types, with its label above it, a sentence on what is wanted, and what was wrong.
import { FieldError } from "react-aria-components/FieldError";
import { Input } from "react-aria-components/Input";
import { Label } from "react-aria-components/Label";
import { Text } from "react-aria-components/Text";
import { TextArea } from "react-aria-components/TextArea";
import { TextField } from "react-aria-components/TextField";
import type { Say } from "../words/say.ts";
import { Words } from "./Words.tsx";

export type FieldProps = {
  readonly name: string;
  readonly label: Say;
  readonly hint?: Say;
  readonly wrong?: Say | null;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** Codes are typed in one direction and one case; they are shown in the mono face. */
  readonly kind?: "text" | "code" | "long";
  readonly max: number;
  /** Focus rests here when the screen comes up; one such a screen. */
  readonly rest?: boolean;
};

export function Field(props: FieldProps) {
  const { name, label, hint, wrong = null, value, onChange, kind = "text", max, rest = false } = props;
  return (
    <TextField
      className="field"
      data-kind={kind}
      name={name}
      isInvalid={wrong !== null}
      autoComplete="off"
      maxLength={max}
      spellCheck="false"
      isRequired
      validationBehavior="aria"
      value={value}
      onChange={onChange}
    >
      <Label className="field-label">
        <Words say={label} />
      </Label>
      {kind === "long" ? (
        <TextArea className="field-input" rows={4} dir="ltr" />
      ) : (
        <Input
          data-rest={rest ? "" : undefined}
          className="field-input"
          dir={kind === "code" ? "ltr" : "auto"}
          autoCapitalize={kind === "code" ? "characters" : "off"}
        />
      )}
      {hint !== undefined && (
        <Text slot="description" className="field-hint">
          <Words say={hint} />
        </Text>
      )}
      <FieldError className="field-wrong">{wrong !== null && <Words say={wrong} />}</FieldError>
    </TextField>
  );
}
