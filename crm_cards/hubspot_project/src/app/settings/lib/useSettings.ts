// The settings as they are, and the way to change them. One change at a time; what was refused is answered as text, to stand beside its field.
import { useEffect, useMemo, useRef, useState } from 'react';
import { useExtensionActions, useExtensionContext } from '@hubspot/ui-extensions';
import { asBackendError, type BackendError, SettingsApi } from './api';
import type { Commands, SettingsView } from './types';

/** Refusals that mean: what the page shows is not how things are any more. */
const OUTDATED = new Set(['not_allowed', 'unknown_portal', 'disconnected']);

export interface Desk {
  view: SettingsView | null;
  problem: BackendError | null;
  /** A change is on its way; no other may be made meanwhile. */
  isSaving: boolean;
  reload: () => void;
  /** Changes one thing. The answer: null when it was done, or in words why not. */
  change: <Name extends keyof Commands>(name: Name, body: Commands[Name]) => Promise<string | null>;
  close: (modal: string) => void;
}

/** A desk with something on it. */
export type OpenDesk = Desk & { view: SettingsView };

export function useSettings(): Desk {
  const { variables } = useExtensionContext<'settings'>();
  const actions = useExtensionActions<'settings'>();
  const publicUrl = variables?.PUBLIC_URL;
  const api = useMemo(() => new SettingsApi(publicUrl), [publicUrl]);
  const page = useRef({ isOpen: true });
  const [view, setView] = useState<SettingsView | null>(null);
  const [problem, setProblem] = useState<BackendError | null>(null);
  const [isSaving, setIsSaving] = useState(false);
  const [attempt, setAttempt] = useState(0);

  useEffect(() => {
    const mine = { isOpen: true };
    page.current = mine;
    api.view().then(
      (loaded) => {
        if (mine.isOpen) setView(loaded);
      },
      (error: unknown) => {
        if (mine.isOpen) setProblem(asBackendError(error));
      },
    );
    return () => {
      mine.isOpen = false;
    };
  }, [api, attempt]);

  return {
    view,
    problem,
    isSaving,
    reload: () => {
      setProblem(null);
      setAttempt(attempt + 1);
    },
    change: async (name, body) => {
      const mine = page.current;
      setIsSaving(true);
      try {
        const { settings, message } = await api.command(name, body);
        if (mine.isOpen) setView(settings);
        actions.addAlert({ type: 'success', message });
        return null;
      } catch (error) {
        const told = asBackendError(error);
        if (OUTDATED.has(told.reason)) {
          const newest = await api.view().catch(() => null);
          if (newest && mine.isOpen) setView(newest);
        }
        return told.message;
      } finally {
        if (mine.isOpen) setIsSaving(false);
      }
    },
    close: (modal) => actions.closeOverlay(modal),
  };
}
